/** The generated reference is up to date, deterministic and complete; settings and recurring rows agree. */
import { afterAll, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contracts } from "#features/apis.ts";
import { settingsTable } from "#src/config.ts";
import { productForReading } from "../../docs/pages/product.ts";

const root = join(import.meta.dir, "../..");
const directory = mkdtempSync(join(tmpdir(), "certctl-docs-"));
afterAll(() => rmSync(directory, { recursive: true }));

function generate(...args: readonly string[]): { code: number; out: string } {
  const it = Bun.spawnSync([process.execPath, "docs/generate.ts", ...args], { cwd: root });
  return { code: it.exitCode, out: it.stdout.toString() + it.stderr.toString() };
}

describe("the reference", () => {
  test("is up to date", () => {
    expect(generate("--check")).toEqual({ code: 0, out: "" });
  });

  test("is the same in another folder, and a changed page is stale until it is written again", () => {
    expect(generate(`--to=${directory}`).code).toBe(0);
    for (const name of readdirSync(directory)) {
      const committed = readFileSync(join(root, "docs/reference", name), "utf8");
      expect(readFileSync(join(directory, name), "utf8")).toBe(committed);
    }
    appendFileSync(join(directory, "jobs.md"), "by hand\n");
    expect(generate("--check", `--to=${directory}`)).toEqual({
      code: 1,
      out: "stale: jobs.md\nrun: bun docs/generate.ts\n",
    });
    expect(generate(`--to=${directory}`)).toEqual({ code: 0, out: "wrote jobs.md\n" });
    expect(generate("--check", `--to=${directory}`).code).toBe(0);
  });

  test("names every operation and every setting, and shows no value that is none", () => {
    const text = (name: string) => readFileSync(join(root, "docs/reference", name), "utf8");
    for (const it of contracts) expect(text("operations.md")).toContain(`### ${it.name}\n`);
    for (const it of settingsTable) expect(text("settings.md")).toContain(`## ${it.key}\n`);
    for (const name of readdirSync(join(root, "docs/reference"))) {
      expect(text(name)).not.toMatch(/undefined|\[object|NaN/);
    }
  });
});

describe("every recurring row", () => {
  const { recurring } = productForReading();
  test.each(recurring.map((it) => ({ name: it.name, it })))(
    "$name has its setting, with the same default",
    ({ it }) => {
      const row = settingsTable.find((setting) => setting.key === it.setting);
      expect(row?.schema.parse(row.default ?? "")).toBe(it.interval);
    },
  );
});

test("every operation that is bound to a handler has its contract among all contracts, and the reverse", () => {
  const bound = productForReading().operations.map((it) => it.contract.name);
  const byName = (a: string, b: string) => (a < b ? -1 : 1);
  expect([...bound].sort(byName)).toEqual(contracts.map((it) => it.name).sort(byName));
});
