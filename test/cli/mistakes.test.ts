/** What the programs say of an ordinary mistake: one sentence on standard error, no stack, and the usual exit status. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  ...["serve", "serve --check", "migrate --apply"].map((command) => ({
    program: "src/main.ts",
    args: [...command.split(" "), "--data-dir", "a-file/data"],
    status: 1,
    says: "the data directory a-file/data cannot be used: not a directory (ENOTDIR)",
  })),
  {
    program: "src/main.ts",
    args: ["migrate", "--apply", "--data-dir", "/proc/foo"],
    status: 1,
    says: "the data directory /proc/foo cannot be used: no such file or directory (ENOENT)",
  },
  {
    program: "src/main.ts",
    args: ["migrate", "--data-dir", "no-file"],
    status: 1,
    says: "cannot open no-file/certctl.db: unable to open database file (SQLITE_CANTOPEN",
  },
  {
    program: "src/main.ts",
    args: ["migrate", "--data-dir", "keyless"],
    status: 1,
    says: "cannot open keyless/certctl.db: file is not a database (SQLITE_NOTADB)",
  },
  {
    program: "src/main.ts",
    args: ["serve", "--check", "--server-host", "999.1.1.1"],
    status: 2,
    says: "must be an IP address or a host name",
  },
  {
    program: "src/main.ts",
    args: ["serve", "--check", "--data-dir", "keyless"],
    status: 1,
    says: "was sealed with a master key that is not there: put it back as keyless/master.key",
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
    mkdirSync(join(directory, "no-file/certctl.db"), { recursive: true });
    mkdirSync(join(directory, "keyless"), { recursive: true, mode: 0o700 });
    for (const name of ["a-file", "keyless/certctl.db"])
      writeFileSync(join(directory, name), "x".repeat(4_096));
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
    [
      process.execPath,
      join(root, "src/main.ts"),
      "setup",
      "--admin",
      "root",
      "--password-stdin",
      "--new",
    ],
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

test("setup and migrate make nothing unasked", async () => {
  const nowhere = join(directory, "nowhere");
  const wanted = ["--admin", "root", "--password-stdin"];
  const setup = await run("src/main.ts", ["setup", ...wanted, "--data-dir", nowhere]);
  expect({ status: setup.status, out: setup.out }).toEqual({ status: 2, out: "" });
  expect(setup.err).toContain(`there is no installation: nothing at ${nowhere}/certctl.db`);
  expect(setup.err).toContain("--new");
  const shown = await run("src/main.ts", ["migrate", "--data-dir", nowhere]);
  expect({ status: shown.status, err: shown.err }).toEqual({ status: 0, err: "" });
  expect(shown.out).toContain(`there is nothing at ${nowhere}/certctl.db yet`);
  expect(shown.out).toContain("0001-initial  pending");
  expect(existsSync(nowhere)).toBe(false);
  const applied = await run("src/main.ts", ["migrate", "--apply", "--data-dir", nowhere]);
  expect(applied.out).toContain("0001-initial  applied");
  const again = await run("src/main.ts", ["migrate", "--data-dir", nowhere]);
  expect(again.out).toBe(applied.out);
}, 60_000);

test("the hint of serve names the data directory in full, as a shell reads it", async () => {
  const child = Bun.spawn(
    [process.execPath, join(root, "src/main.ts"), "serve", "--data-dir", "a new one"],
    {
      cwd: directory,
      env: {
        PATH: process.env["PATH"] ?? "",
        CERTCTL_SERVER_PORT: "0",
        CERTCTL_HTTP_PORT: "0",
        CERTCTL_MTLS_PORT: "0",
      },
      stdout: "pipe",
      stderr: "ignore",
    },
  );
  let out = "";
  for await (const piece of child.stdout) {
    out += new TextDecoder().decode(piece);
    if (out.includes("--password-stdin")) break;
  }
  child.kill();
  await child.exited;
  expect(out).toContain(`certctl setup --data-dir '${join(directory, "a new one")}' --admin NAME`);
}, 60_000);
