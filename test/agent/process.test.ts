import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultEnvironment, runCommand, tail } from "#agent/process.ts";
import { systemClock } from "#base/time.ts";

// Real programs on a busy machine.
setDefaultTimeout(30_000);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "certctl-process-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (command: readonly string[], more: { timeout?: number; signal?: AbortSignal } = {}) =>
  runCommand(command, {
    clock: systemClock,
    timeout: more.timeout ?? 5_000,
    environment: defaultEnvironment,
    signal: more.signal ?? new AbortController().signal,
  });
const shell = (script: string, more?: { timeout?: number; signal?: AbortSignal }) =>
  run(["sh", "-c", script], more);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has waited for yet is dead enough.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("a command", () => {
  test("gives what it wrote, and gets no more than a usual environment and no input", async () => {
    const { stdout, stderr } = await shell("env | sort; pwd; cat; echo no >&2");
    expect(stdout).toContain(`PATH=${defaultEnvironment["PATH"]}\n`);
    expect(stdout).not.toContain("HOME=");
    expect(stdout.trimEnd().endsWith("\n/")).toBe(true);
    expect(stderr).toBe("no\n");
  });

  test("sees its words as they are: no shell expands them", async () => {
    expect((await run(["echo", "$HOME", "*", ";"])).stdout).toBe("$HOME * ;\n");
  });

  test.each([
    { script: "echo out; echo reason >&2; exit 7", says: "ended with status 7: reason" },
    { script: "echo only; exit 1", says: "ended with status 1: only" },
    { script: "exit 2", says: "ended with status 2 and said nothing" },
    { script: "kill -SEGV $$", says: "ended with signal SIGSEGV" },
  ])("that fails says how: $says", async ({ script, says }) => {
    await expect(shell(script)).rejects.toThrow(says);
  });

  test("that does not exist or may not be run says so", async () => {
    const file = join(directory, "plain");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    await expect(run(["certctl-no-such-program"])).rejects.toThrow("there is no program");
    await expect(run([file])).rejects.toThrow("may not be run");
  });

  test("is ended with its children when its time is over, even if it will not go", async () => {
    const pids = join(directory, "pids");
    const script = `trap '' TERM; (trap '' TERM; sleep 60) & echo $! > ${pids}; echo waiting >&2; sleep 60; sleep 60`;
    const started = performance.now();
    await expect(shell(script, { timeout: 200 })).rejects.toThrow(
      /was stopped after 0.2 seconds; it had said: waiting/,
    );
    expect(performance.now() - started).toBeLessThan(3_000);
    await Bun.sleep(50);
    expect(isAlive(Number(readFileSync(pids, "utf8")))).toBe(false);
  });

  test("is ended when the deployment is cancelled, and not begun after that", async () => {
    const controller = new AbortController();
    const running = shell("sleep 60", { signal: controller.signal });
    await Bun.sleep(50);
    controller.abort();
    await expect(running).rejects.toThrow("because the deployment was cancelled");
    await expect(shell("true", { signal: controller.signal })).rejects.toThrow("was not run");
  });

  test("that leaves a daemon with its output open is over when it ends, and the daemon lives", async () => {
    const started = performance.now();
    const { stdout } = await shell("setsid sleep 3 & echo $!");
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(isAlive(Number(stdout))).toBe(true);
    process.kill(Number(stdout));
  });

  test("that writes without end is bounded", async () => {
    const { stdout } = await shell("head -c 50000000 /dev/zero | tr '\\0' 'x'; echo end");
    expect(stdout).toHaveLength(64 * 1024);
    expect(stdout.endsWith("xend\n")).toBe(true);
  });
});

test("the tail of a text is its last whole lines", () => {
  expect(tail("  one\n")).toBe("one");
  expect(tail("first\nsecond\nthird", 12)).toBe("…\nthird");
});
