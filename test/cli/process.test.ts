/** The command line as a process: pipes, standard input, TLS trust, and completion in a real bash. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contracts } from "#features/apis.ts";
import { commandsOf } from "../../src/cli/command.ts";
import { bashCompletion } from "../../src/cli/completion.ts";

const child = join(import.meta.dir, "child.ts");
const directory = mkdtempSync(join(tmpdir(), "certctl-cli-"));
const anchor = join(directory, "anchor.pem");
let server: ReturnType<typeof Bun.serve>;
let seen: unknown;
/** What came along where the server was not known yet. */
let blindToken: string | null | undefined;

beforeAll(async () => {
  const key = join(directory, "key.pem");
  const made = Bun.spawnSync([
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-days",
    "2",
    "-keyout",
    key,
    "-out",
    anchor,
  ]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { key: readFileSync(key, "utf8"), cert: readFileSync(anchor, "utf8") },
    async fetch(request) {
      if (new URL(request.url).pathname === "/api/v1/trust-anchors") {
        blindToken = request.headers.get("authorization");
        return Response.json({ anchors_pem: [readFileSync(anchor, "utf8")], fingerprints: [] });
      }
      const text = await request.text();
      seen = text === "" ? undefined : JSON.parse(text);
      // Larger than any pipe's buffer.
      const data = Array.from({ length: 500 }, (_, at) => ({
        id: `mc-${at}`,
        name: "x".repeat(4_000),
      }));
      return Response.json({ data, total: 500, page: 1, per_page: 500, next_cursor: null });
    },
  });
});
afterAll(async () => {
  await server.stop(true);
  rmSync(directory, { recursive: true });
});

async function run(script: string): Promise<{ code: number; out: string; err: string }> {
  const bun = process.execPath;
  const env = {
    PATH: process.env["PATH"] ?? "",
    CERTCTL: `${bun} ${child}`,
    CERTCTL_SERVER_URL: `https://localhost:${server.port}`,
    CERTCTL_API_KEY: "cck_test",
  };
  const it = Bun.spawn(["bash", "-c", script], { env, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(it.stdout).text(),
    new Response(it.stderr).text(),
    it.exited,
  ]);
  return { code, out, err };
}

describe("trust", () => {
  test("is missing for an unknown server certificate, and the way out is named", async () => {
    const { code, err } = await run("$CERTCTL certs list");
    expect(code).toBe(1);
    expect(err).toContain("--ca-fingerprint");
  });

  test("comes with --ca-bundle, by flag or environment, and with --insecure on loopback", async () => {
    for (const how of [
      `$CERTCTL --ca-bundle ${anchor}`,
      `CERTCTL_SERVER_CA_BUNDLE_PATH=${anchor} $CERTCTL`,
      "$CERTCTL --insecure",
    ]) {
      const { code, out } = await run(`${how} certs list --only id | tail -1`);
      expect({ code, out }).toEqual({ code: 0, out: "mc-499\n" });
    }
  });
});

describe("a fingerprint", () => {
  const fingerprint = () => new X509Certificate(readFileSync(anchor)).fingerprint256;

  test("is enough to trust the server that has it, which gets no key before", async () => {
    for (const how of [
      `$CERTCTL --ca-fingerprint ${fingerprint()}`,
      `CERTCTL_SERVER_CA_FINGERPRINT=${fingerprint().replaceAll(":", "").toLowerCase()} $CERTCTL`,
    ]) {
      const { code, out } = await run(`${how} certs list --only id | tail -1`);
      expect({ code, out }).toEqual({ code: 0, out: "mc-499\n" });
      expect(blindToken).toBeNull();
    }
  });

  test("of another server is refused, and nothing is asked", async () => {
    seen = "nothing";
    const { code, err } = await run(`$CERTCTL --ca-fingerprint ${"ab".repeat(32)} certs list`);
    expect(code).toBe(1);
    expect(err).toContain("somebody is in between");
    expect(err).not.toContain("at ");
    expect(seen).toBe("nothing");
  });

  test("that is none is a mistake in the call", async () => {
    const { code, err } = await run("$CERTCTL --ca-fingerprint abc certs list");
    expect(code).toBe(2);
    expect(err).toContain("64 hexadecimal digits");
  });
});

describe("pipes", () => {
  test("get everything, however slow the reader", async () => {
    const { out } = await run(
      "$CERTCTL --insecure certs list --format json | (sleep 0.5; tail -c 2)",
    );
    expect(out).toBe("}\n");
  });

  test("may be closed by the reader without a word", async () => {
    const { out, err } = await run("$CERTCTL --insecure certs list --format json | head -c 1");
    expect({ out, err }).toEqual({ out: "{", err: "" });
  });

  test("give a value on standard input", async () => {
    await run("printf 'PEM\\nPEM\\n' | $CERTCTL --insecure certs create --csr-pem -");
    expect(seen).toEqual({ csr_pem: "PEM\nPEM\n" });
  });
});

describe("completion in bash", () => {
  const script = join(directory, "completion.bash");
  beforeAll(() => writeFileSync(script, bashCompletion(commandsOf(contracts))));

  test.each([
    { words: "cer", expected: "certs" },
    { words: "certs re", expected: "restore renew redeploy" },
    { words: "certs list --own", expected: "--owner-id" },
    { words: "certs list --for", expected: "--format" },
    { words: "agents list --status O", expected: "Online Offline" },
  ])("of '$words'", async ({ words, expected }) => {
    const count = words.split(" ").length;
    const { out, err } = await run(
      `source ${script}; COMP_WORDS=(certctl ${words}); COMP_CWORD=${count}; _certctl; echo "\${COMPREPLY[@]}"`,
    );
    expect({ out, err }).toEqual({ out: `${expected}\n`, err: "" });
  });
});
