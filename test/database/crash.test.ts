/** What was acknowledged survives kill -9 and a disk that refuses, and no transaction is half there. */
import { Database as File } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const child = join(import.meta.dir, "crash-child.ts");

async function inTempDir(work: (path: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "certctl-crash-"));
  try {
    await work(join(dir, "certctl.db"));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const durable = (output: string): readonly number[] =>
  [...output.matchAll(/^durable (\d+)$/gm)].map((it) => Number(it[1]));

/** Every acknowledged pair is there, and every pair is whole. */
function expectWhole(path: string, acknowledged: readonly number[]): void {
  const file = new File(path);
  const halves = new Map(
    file
      .query<{ n: number; half: number }, []>("select n, half from pairs")
      .all()
      .map((it) => [it.n, it.half]),
  );
  expect(file.query("pragma integrity_check").values()).toEqual([["ok"]]);
  file.close();
  expect(acknowledged.filter((n) => halves.get(n) !== 1 || halves.get(n + 1) !== 2)).toEqual([]);
  const alone = [...halves].filter(
    ([n, half]) => halves.get(half === 1 ? n + 1 : n - 1) !== 3 - half,
  );
  expect(alone).toEqual([]);
}

test("acknowledged transactions survive ten times kill -9, whole", async () => {
  await inTempDir(async (path) => {
    const acknowledged: number[] = [];
    for (let round = 0; round < 10; round++) {
      const process = Bun.spawn([Bun.argv[0] ?? "bun", child, path, "32"], {
        stdout: "pipe",
        stderr: "inherit",
      });
      let output = "";
      for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
        // At a moment of its own in every round, in the middle of groups.
        if (output === "") setTimeout(() => process.kill("SIGKILL"), 100 + Math.random() * 200);
        output += chunk;
      }
      await process.exited;
      expect(process.signalCode).toBe("SIGKILL");
      // The last line may be cut.
      acknowledged.push(...durable(output.slice(0, output.lastIndexOf("\n") + 1)));
      expectWhole(path, acknowledged);
    }
    expect(acknowledged.length).toBeGreaterThan(1_000);
  });
}, 60_000);

test("a COMMIT that the disk refuses fails every member, is reported once, and loses nothing", async () => {
  await inTempDir(async (path) => {
    // No file may grow over 2 MiB: the write-ahead log meets it in the middle of a COMMIT, as it would a failing disk.
    const command = 'trap "" XFSZ; ulimit -f 2048; exec "$@"';
    const process = Bun.spawn(
      ["bash", "-c", command, "sh", Bun.argv[0] ?? "bun", child, path, "32"],
      {
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    const output = await new Response(process.stdout).text();
    expect(await process.exited).toBe(0);
    expect([...output.matchAll(/^fatal SQLITE_(IOERR_WRITE|FULL)$/gm)]).toHaveLength(1);
    expect(output).toEndWith("refused unavailable\nclosed unavailable\n");
    expect(durable(output).length).toBeGreaterThan(100);
    expectWhole(path, durable(output));
  });
}, 30_000);
