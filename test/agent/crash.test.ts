/** Kills a deployment, and then its recovery, at every single change of the file system. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realFiles } from "#agent/files.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { type Bench, bundleOf, noSignal, openBench } from "./bench.ts";
import { Killed, killedFiles } from "./killed-files.ts";

const old = makePair(["site.test"]);
const next = makePair(["site.test"]);

interface Scene {
  readonly directory: string;
  readonly stateDirectory: string;
  readonly config: Record<string, unknown>;
  /** `old`, `new`, `absent`, or what is wrong. */
  state(): string;
}

interface Shape {
  readonly name: string;
  readonly kind: "NGINX" | "HAProxy";
  readonly present: boolean;
  readonly apart?: boolean;
  readonly chain?: boolean;
}

const shapes: readonly Shape[] = [
  { name: "certificate and key in one directory", kind: "NGINX", present: true },
  { name: "certificate and key in two directories", kind: "NGINX", present: true, apart: true },
  { name: "three files", kind: "NGINX", present: true, chain: true },
  { name: "a first deployment", kind: "NGINX", present: false, apart: true },
  { name: "one file", kind: "HAProxy", present: true },
];

function openScene(shape: Shape): Scene {
  const directory = mkdtempSync(join(tmpdir(), "certctl-crash-"));
  const stateDirectory = join(directory, "agent");
  const first = join(directory, "first");
  const second = shape.apart === true ? join(directory, "second") : first;
  for (const it of new Set([first, second])) mkdirSync(it);
  const nginx = { cert_path: join(first, "site.pem"), key_path: join(second, "site.key") };
  const chain = shape.chain === true ? { chain_path: join(first, "chain.pem") } : {};
  const paths =
    shape.kind === "HAProxy" ? { pem_path: join(first, "site.pem") } : { ...nginx, ...chain };
  const contents = (pair: Pair) => contentsFor(shape, pair);
  const files = Object.values(paths);
  if (shape.present) {
    for (const [index, path] of files.entries()) writeFileSync(path, contents(old)[index] ?? "");
  }
  return {
    directory,
    stateDirectory,
    config: { ...paths, validate_command: "true", reload_command: "true" },
    state() {
      const read = files.map((path) => Buffer.from(realFiles.read(path) ?? "").toString());
      for (const [name, pair] of [["old", old] as const, ["new", next] as const]) {
        if (read.every((text, index) => text === contents(pair)[index])) return name;
      }
      return read.every((text) => text === "") ? "absent" : `mixed: ${JSON.stringify(read)}`;
    },
  };
}

function contentsFor(shape: Shape, pair: Pair): readonly string[] {
  const full = pair.certificatePem + pair.chainPem;
  if (shape.kind === "HAProxy") return [full + pair.privateKeyPem];
  return [full, pair.privateKeyPem, pair.chainPem];
}

function deployTo(bench: Bench, shape: Shape, scene: Scene) {
  const target = { id: "tgt-crash", kind: shape.kind, config: scene.config };
  return bench.deployer.deploy({ target, bundle: bundleOf(next) }, noSignal());
}

function onlyKilled(cause: unknown): void {
  if (!(cause instanceof Killed)) throw cause;
}

/** Nothing but the wanted files, and a backup where there was an old file and the new one stayed. */
function expectTidy(scene: Scene): void {
  const names = readdirSync(scene.directory, { recursive: true, encoding: "utf8" });
  const strange = names.filter((name) =>
    /certctl-(new|tmp)|\.certctl-\d|journal\/|layouts\//.test(name),
  );
  expect(strange).toEqual([]);
  if (scene.state() !== "new") expect(names.filter((it) => it.includes("certctl-"))).toEqual([]);
}

describe.each(shapes)("$name", (shape) => {
  const allowed = shape.present ? ["old", "new"] : ["absent", "new"];

  async function killAndRecover(killAt: number, killRecoveryAt: number): Promise<number> {
    const scene = openScene(shape);
    try {
      const seen: string[] = [];
      const watch = () => seen.push(scene.state());
      const { stateDirectory } = scene;
      const files = killedFiles(killAt, watch);
      const result = await deployTo(openBench({ stateDirectory, files }), shape, scene);
      if (files.changes >= killAt) {
        const again = killedFiles(killRecoveryAt, watch);
        // A recovery reports what it could not do; one that is killed may not even do that.
        await openBench({ stateDirectory, files: again })
          .deployer.recover(noSignal())
          .catch(onlyKilled);
        if (again.changes >= killRecoveryAt) {
          await openBench({ stateDirectory }).deployer.recover(noSignal());
        }
        watch();
      } else {
        expect(result.outcome).toBe("installed-not-seen");
        expect(scene.state()).toBe("new");
      }
      const wrong = seen.filter((state) => !allowed.includes(state));
      expect(wrong).toEqual([]);
      expectTidy(scene);
      expect((await deployTo(openBench({ stateDirectory }), shape, scene)).error).toBeUndefined();
      expect(scene.state()).toBe("new");
      return files.changes;
    } finally {
      rmSync(scene.directory, { recursive: true, force: true });
    }
  }

  test("killed at any change: never a mixture, and old or new after recovery", async () => {
    const never = Number.POSITIVE_INFINITY;
    const all = await killAndRecover(never, never);
    expect(all).toBeGreaterThan(15);
    for (let killAt = 1; killAt <= all; killAt++) await killAndRecover(killAt, never);
  }, 60_000);

  test("and killed again at any change of the recovery", async () => {
    const never = Number.POSITIVE_INFINITY;
    const all = await killAndRecover(never, never);
    const step = process.env["CERTCTL_TEST_EXHAUSTIVE"] === "1" ? 1 : 16;
    for (let killAt = 1; killAt <= all; killAt += 1) {
      for (let again = 1 + (killAt % step); again <= 40; again += step) {
        await killAndRecover(killAt, again);
      }
    }
  }, 600_000);
});

test("a journal that another version wrote is left alone and reported", async () => {
  const shape = shapes[0] as Shape;
  const scene = openScene(shape);
  const errors: string[] = [];
  const bench = openBench({
    stateDirectory: scene.stateDirectory,
    log: { debug() {}, info() {}, warn() {}, error: (_, message) => errors.push(message) },
  });
  const path = join(scene.stateDirectory, "journal", "tgt-crash.json");
  writeFileSync(path, '{"format":2}');
  expect(await bench.deployer.recover(noSignal())).toEqual([]);
  expect(errors).toEqual(["a journal entry is unreadable; its deployment is left alone"]);
  expect(readFileSync(path, "utf8")).toBe('{"format":2}');
  rmSync(scene.directory, { recursive: true, force: true });
});
