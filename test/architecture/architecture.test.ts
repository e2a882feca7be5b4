import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "../..");
const zones = ["src", "views", "agent", "migrations"];

function cruise(): { readonly modules: number; readonly violations: string } {
  const done = spawnSync(
    process.execPath,
    ["--bun", join(root, "node_modules/.bin/depcruise"), ...zones, "--output-type", "err"],
    { cwd: root, encoding: "utf8" },
  );
  const modules = Number(/(\d+) modules/.exec(done.stdout)?.[1] ?? 0);
  return { modules, violations: done.stdout };
}

test("the dependency rule sees every source file and finds a violation that is put there", () => {
  const files = zones.flatMap((zone) => [...new Glob("**/*.{ts,tsx}").scanSync(join(root, zone))]);
  const clean = cruise();
  expect(clean.modules).toBeGreaterThanOrEqual(files.length);
  expect(clean.violations).not.toContain("error ");
  const seeded = join(root, "src/base/seeded-violation");
  mkdirSync(seeded, { recursive: true });
  try {
    writeFileSync(
      join(seeded, "wrong.ts"),
      'import type { Database } from "#db/database.ts";\n\nexport type Wrong = Database;\n',
    );
    expect(cruise().violations).toContain("src/base imports only what it may");
  } finally {
    rmSync(seeded, { recursive: true, force: true });
  }
}, 60_000);

test("no committed file names a package registry or a path of a machine", () => {
  const hosts = ["registry.npm" + "js.org", "registry.yarn" + "pkg.com", "/work" + "/main"];
  for (const host of hosts) {
    const found = spawnSync("git", ["grep", "-l", "-F", host], { cwd: root, encoding: "utf8" });
    expect(found.stdout).toBe("");
  }
});
