/** What the programs say of an ordinary mistake: one sentence on standard error, no stack, and the usual exit status. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const directory = mkdtempSync(join(tmpdir(), "certctl-mistakes-"));
const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
afterAll(async () => {
  await taken.stop(true);
  rmSync(directory, { recursive: true });
});

async function run(program: string, args: readonly string[]) {
  const child = Bun.spawn([process.execPath, join(root, program), ...args], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"] ?? "",
      CERTCTL_DATA_DIR: join(directory, "data"),
      CERTCTL_SERVER_PORT: String(taken.port),
      CERTCTL_HTTP_PORT: "0",
      CERTCTL_MTLS_PORT: "0",
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, out, err };
}

const unreachable = ["join", "--server", "https://127.0.0.1:1", "--ca-fingerprint", "00"];

test.each([
  { program: "src/main.ts", args: ["serve"], status: 1, says: "cannot listen on 127.0.0.1:" },
  {
    program: "src/main.ts",
    args: ["serve", "--data-dir", "open"],
    status: 1,
    says: "others may write to",
  },
  { program: "src/main.ts", args: ["setup", "--bogus"], status: 2, says: "Unknown option" },
  {
    program: "src/main.ts",
    args: ["serve", "--check", "--ca-cert-path", "a.pem", "--ca-key-path", "a.key"],
    status: 2,
    says: "CERTCTL_CA_CERT_PATH (--ca-cert-path): must name a file; there is no a.pem",
  },
  {
    program: "src/main.ts",
    args: ["serve", "--config", "/etc"],
    status: 2,
    says: "CERTCTL_CONFIG_FILE (--config): must name a file; /etc cannot be read (EISDIR)",
  },
  {
    program: "agent/main.ts",
    args: [...unreachable, "--token", "t", "--state-dir", "state"],
    status: 1,
    says: "cannot reach https://127.0.0.1:1",
  },
  {
    program: "agent/main.ts",
    args: [...unreachable, "--token-file", "none", "--state-dir", "state"],
    status: 2,
    says: "--token-file none cannot be read",
  },
])(
  "$program $args ends with $status and says: $says",
  async ({ program, args, status, says }) => {
    mkdirSync(join(directory, "open"), { recursive: true });
    Bun.spawnSync(["chmod", "0777", join(directory, "open")]);
    const done = await run(program, args);
    const name = program === "src/main.ts" ? "certctl" : "certctl-agent";
    expect(done.err).toContain(`${name}: `);
    expect(done.err).toContain(says);
    expect(done.err).not.toMatch(/^ +at /m);
    expect(done.status).toBe(status);
  },
  30_000,
);

test("help of a command is help, not a mistake", async () => {
  const { status, out, err } = await run("src/main.ts", ["setup", "--help"]);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(out).toContain("certctl setup --admin NAME");
}, 30_000);

test("setup works before the first start, in a directory that is not there yet", async () => {
  const child = Bun.spawn(
    [process.execPath, join(root, "src/main.ts"), "setup", "--admin", "root", "--password-stdin"],
    {
      env: { CERTCTL_DATA_DIR: join(directory, "not", "yet") },
      stdin: Buffer.from("correct horse battery\n"),
      stderr: "pipe",
    },
  );
  expect(await new Response(child.stdout).text()).toBe("administrator root was made\n");
  expect(await new Response(child.stderr).text()).toBe("");
  expect(await child.exited).toBe(0);
  expect(statSync(join(directory, "not", "yet")).mode & 0o777).toBe(0o700);
}, 30_000);
