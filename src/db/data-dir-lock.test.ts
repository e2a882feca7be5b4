import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { instant } from "#base/time.ts";
import { lockDataDir } from "./data-dir-lock.ts";

const parents: string[] = [];
afterEach(() => {
  for (const dir of parents.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function path(): string {
  const parent = mkdtempSync(join(tmpdir(), "certctl-lock-"));
  parents.push(parent);
  return join(parent, "data", "dir");
}

describe("the lock of the data directory", () => {
  test("makes the directory, for its owner alone", () => {
    const dir = path();
    lockDataDir(dir, instant(0)).release();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test("is held by one, and says by whom", () => {
    const dir = path();
    const lock = lockDataDir(dir, instant(1_700_000_000_000));
    expect(() => lockDataDir(dir, instant(0))).toThrow(
      `conflict: ${dir} is in use by process ${process.pid} on ${hostname()} since 2023-11-14T22:13:20Z`,
    );
    lock.release();
    lockDataDir(dir, instant(0)).release();
  });

  test.each([
    { who: "the group", mode: 0o770 },
    { who: "others", mode: 0o702 },
    { who: "everybody", mode: 0o777 },
  ])("refuses a directory that $who may write to", ({ mode }) => {
    const dir = path();
    lockDataDir(dir, instant(0)).release();
    chmodSync(dir, mode);
    expect(() => lockDataDir(dir, instant(0))).toThrow("others may write to");
  });

  test("takes a directory that others may read", () => {
    const dir = path();
    lockDataDir(dir, instant(0)).release();
    chmodSync(dir, 0o755);
    lockDataDir(dir, instant(0)).release();
  });
});
