/** `bun run check`: the quick loop: types, Biome, the dependency rule, knip, docs, unit tests. Ends with what passed and failed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import "../appliance/assets.ts";

const root = join(import.meta.dir, "..");
const bun = process.execPath;
const bin = (name: string) => join(root, "node_modules/.bin", name);

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const checks: readonly Check[] = [
  { name: "types", command: [bin("tsc"), "--noEmit"] },
  { name: "biome", command: [bin("biome"), "ci", "--colors=off", "--diagnostic-level=warn", "."] },
  {
    name: "dependency rule",
    command: [bun, "--bun", bin("depcruise"), "src", "views", "agent", "migrations"],
  },
  { name: "knip", command: [bun, "--bun", bin("knip")] },
  { name: "docs", command: [bun, "docs/generate.ts", "--check"] },
  {
    name: "unit tests",
    command: [
      bun,
      "test",
      "--timeout",
      "20000",
      "./src",
      "./views",
      "./agent",
      "./test/architecture",
    ],
  },
];

let failed = 0;
for (const check of checks) {
  const began = performance.now();
  const [file = "", ...args] = check.command;
  const done = spawnSync(file, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const took = ((performance.now() - began) / 1_000).toFixed(1);
  const ok = done.status === 0;
  if (!ok) failed++;
  process.stdout.write(`${ok ? "pass" : "FAIL"}  ${check.name}  (${took} s)\n`);
  if (!ok) process.stdout.write(`${done.stdout}${done.stderr}\n`);
}
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
