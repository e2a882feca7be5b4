/** `bun run build`: dist/certctl and dist/certctl-agent, each one file with everything inside. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import "./assets.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");

const flags = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--sourcemap",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  // Workers are found beside their importer by name.
  "--entry-naming=[name].[ext]",
];

function commit(): { readonly commit: string; readonly time: string } {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const head = git("log", "-1", "--format=%h %cI");
  const dirty = git("status", "--porcelain", "--untracked-files=no").stdout.trim() !== "";
  const [hash = "unknown", time = "unknown"] =
    head.status === 0 ? head.stdout.trim().split(" ") : [];
  // The commit's time, not the clock's: the same commit gives the same bytes.
  return { commit: dirty ? `${hash}-modified` : hash, time };
}

function build(name: string, entries: readonly string[], defines: readonly string[]): void {
  const outfile = join(dist, name);
  const args = ["build", ...flags, ...defines, ...entries, "--outfile", outfile];
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

mkdirSync(dist, { recursive: true });
const about = commit();
const defines = [
  `--define=CERTCTL_COMMIT=${JSON.stringify(about.commit)}`,
  `--define=CERTCTL_BUILD_TIME=${JSON.stringify(about.time)}`,
];
build("certctl", ["src/main.ts", "src/db/sqlite-scanner-worker.ts"], defines);
build("certctl-agent", ["agent/main.ts"], defines);
