// `npm start`: fetches Bun and the locked packages, then runs `certctl demo` until it is stopped.
import { spawn } from "node:child_process";
import { buildAssets, installPackages, requireBun, root } from "./tools.mjs";

installPackages();
buildAssets();
const child = spawn(requireBun(), ["src/main.ts", "demo", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("close", (status) => process.exit(status ?? 1));
