// What `npm start` and `npm test` share, in plain JavaScript for Node: a fresh machine has no Bun yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const stamp = join(root, "node_modules/.certctl-lock");

/** Fetches the locked packages (Bun is one of them) unless they are there as locked. */
export function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock && bunPath() !== undefined) return;
  console.log("fetching Bun and the locked packages …");
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (done.status !== 0) {
    console.error("npm ci failed: is the npm registry reachable?");
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

/** Bun's executable: as the packages brought it, whether or not install scripts were allowed to run. */
export function bunPath() {
  const direct = join(root, "node_modules/@oven");
  if (existsSync(direct)) {
    for (const name of readdirSync(direct)) {
      const path = join(direct, name, "bin/bun");
      if (existsSync(path) && spawnSync(path, ["--version"]).status === 0) return path;
    }
  }
  const linked = join(root, "node_modules/.bin/bun");
  return existsSync(linked) && spawnSync(linked, ["--version"]).status === 0 ? linked : undefined;
}

export function requireBun() {
  const path = bunPath();
  if (path !== undefined) return path;
  console.error(
    "Bun is not usable on this machine: node_modules/@oven holds no executable that runs here",
  );
  process.exit(1);
}

/** Style sheet, icons and client script, when their sources are newer. */
export function buildAssets() {
  const done = spawnSync(requireBun(), ["appliance/assets.ts"], { cwd: root, stdio: "inherit" });
  if (done.status !== 0) process.exit(1);
}
