/** The database within an executable: migrations, the lock and the scanner's Worker must all be in the one file. */
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

async function output(command: readonly string[], cwd: string): Promise<string> {
  const process = Bun.spawn([...command], { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${err}${out}`);
  return out;
}

test("works from an empty directory", async () => {
  const dir = mkdtempSync(join(tmpdir(), "certctl-compiled-"));
  try {
    const executable = join(dir, "child");
    const empty = join(dir, "empty");
    mkdirSync(empty);
    await output(
      [
        process.execPath,
        "build",
        "--compile",
        "--minify",
        "--bytecode",
        "--format=esm",
        "--entry-naming=[name].[ext]",
        "test/database/compiled-child.ts",
        "src/db/sqlite-scanner-worker.ts",
        `--outfile=${executable}`,
      ],
      root,
    );
    expect(await output([executable, join(dir, "data")], empty)).toBe('[{"value":"hello"}]');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);
