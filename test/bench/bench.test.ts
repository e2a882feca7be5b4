/** Every measurement runs with tiny numbers, as a process of its own, and says what it found as a table and as JSON. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "certctl-bench-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const main = join(import.meta.dir, "../../src/main.ts");

async function bench(...args: readonly string[]) {
  const child = Bun.spawn([process.execPath, main, "bench", ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: directory },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, stdout, stderr };
}

async function jsonOf(...args: readonly string[]) {
  const { status, stdout, stderr } = await bench(...args, "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as { title: string; rows: Record<string, number>[]; notes: string[] };
}

const data = join(directory, "seeded");

test("seed makes certificates once, and finds them again", async () => {
  const made = await bench("seed", "--data-dir", data, "--certificates", "500");
  expect(made).toMatchObject({ status: 0, stderr: "" });
  expect(made.stdout).toContain("certificates  seconds\n500");
  expect(existsSync(join(data, "bench-seed.unfinished"))).toBe(false);
  const again = await jsonOf("seed", "--data-dir", data, "--certificates", "900");
  expect(again.rows[0]?.["certificates"]).toBe(500);
  expect(again.notes.join()).toContain("there already");
}, 60_000);

test("list reads a seeded installation in every usual way, each with its matches", async () => {
  const { rows } = await jsonOf("list", "--data-dir", data, "--repeats", "2");
  const matches = new Map(rows.map((row) => [row["read"] as unknown as string, row["matches"]]));
  // 500 and the one whose octets they share.
  expect(matches.get("first page")).toBe(501);
  const states = ["Active", "Expiring", "Expired", "RenewalInProgress", "Failed", "Revoked"];
  const counts = [...states, "Archived", "Pending"].map((it) => matches.get(`status ${it}`) ?? -1);
  expect(counts).toEqual([391, 40, 30, 10, 10, 10, 10, 0]);
  for (const read of ["id", "a host", "serial number prefix", "fingerprint prefix"]) {
    expect([read, matches.get(`q: ${read}`)]).toEqual([read, 1]);
  }
  expect(matches.get("q: no hit")).toBe(0);
  expect(matches.get("q: a common substring")).toBe(matches.get("environment"));
}, 60_000);

test("issue counts certificates that were acknowledged", async () => {
  const { rows } = await jsonOf("issue", "--clients", "4", "--seconds", "1");
  expect(rows[0]?.["issued"]).toBeGreaterThan(0);
  expect(rows[0]?.["other answers"]).toBe(0);
}, 60_000);

test("agents get their work while they poll", async () => {
  const args = ["--agents", "20", "--seconds", "1", "--probes", "2"];
  const { rows } = await jsonOf("agents", ...args);
  expect(rows[0]).toMatchObject({ agents: 20, "failed connections": 0 });
}, 60_000);

test("pages are read as a person reads them, each with its budget", async () => {
  const { rows } = await jsonOf("pages", "--data-dir", data, "--repeats", "1");
  const names = rows.map((row) => row["read"] as unknown as string);
  expect(names).toContain("dashboard");
  expect(names).toContain("search: a common word");
  for (const row of rows) {
    expect(row["budget p95"]).toBe(row["read"] === ("dashboard" as never) ? 150 : 50);
    expect(row["page p50"]).toBeGreaterThan(0);
    expect(row["REST p50"]).toBeGreaterThan(0);
  }
}, 60_000);

test.each([
  { args: ["speed"], says: "One of: seed, issue, list, agents, pages" },
  { args: ["issue", "--clients", "many"], says: "--clients must be a whole number" },
  { args: ["issue", "--colour", "red"], says: "--colour" },
])("a wrong call says what is wrong: $args", async ({ args, says }) => {
  const { status, stderr } = await bench(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(says);
});
