/** The lock of the data directory between processes: one holder, named to the others, gone with it even by kill -9. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function start(dataDir: string) {
  // A group of its own, so that the test can end what the child leaves behind.
  return Bun.spawn(["setsid", process.execPath, join(import.meta.dir, "lock-child.ts"), dataDir], {
    stdout: "pipe",
    stderr: "inherit",
  });
}

async function firstLine(child: ReturnType<typeof start>): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

test("a second process is told who holds it; after kill -9 the next one has it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "certctl-lock-"));
  const children: ReturnType<typeof start>[] = [];
  try {
    const data = join(dir, "data");
    const first = start(data);
    children.push(first);
    expect(await firstLine(first)).toBe("locked");
    const second = start(data);
    children.push(second);
    expect(await firstLine(second)).toStartWith(
      `Problem: conflict: ${data} is in use by process ${first.pid} on `,
    );
    first.kill("SIGKILL");
    await first.exited;
    const third = start(data);
    children.push(third);
    expect(await firstLine(third)).toBe("locked");
  } finally {
    for (const { pid } of children) killGroup(pid);
    rmSync(dir, { recursive: true, force: true });
  }
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left in it.
    if (!(error instanceof Error && Reflect.get(error, "code") === "ESRCH")) throw error;
  }
}
