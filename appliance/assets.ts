/** `bun appliance/assets.ts`: style sheet, icon sprite and client script into views/assets/built, when their sources are newer. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { iconNames } from "../views/icons.ts";

const root = join(import.meta.dir, "..");
const views = join(root, "views");
const assets = join(views, "assets");
const built = join(assets, "built");

/** As the server names what it embeds: by content, so that a browser keeps it for good. */
const addressOf = (name: string, bytes: Uint8Array): string =>
  `/assets/${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}/${name}`;

function newest(directory: string): number {
  return readdirSync(directory, { withFileTypes: true }).reduce((latest, it) => {
    const path = join(directory, it.name);
    if (path === built) return latest;
    return Math.max(latest, it.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, statSync(directory).mtimeMs);
}

const outputs = ["app.css", "sprite.svg", "client.js", "more.js"].map((name) => join(built, name));

function isFresh(): boolean {
  if (!outputs.every(existsSync)) return false;
  const made = Math.min(...outputs.map((path) => statSync(path).mtimeMs));
  const sources = Math.max(
    newest(views),
    statSync(join(root, "package-lock.json")).mtimeMs,
    statSync(import.meta.path).mtimeMs,
  );
  return made >= sources;
}

function buildStyle(): void {
  const out = join(built, "app.css");
  const command = join(root, "node_modules/.bin/tailwindcss");
  const args = ["-i", join(assets, "app.css"), "-o", out, "--minify"];
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`tailwindcss: ${done.stderr}${String(done.error ?? "")}`);
  const style = readFileSync(out, "utf8").replaceAll(/url\("?fonts\/([\w.]+)"?\)/g, (_, name) => {
    const file = String(name);
    return `url(${addressOf(file, readFileSync(join(assets, "fonts", file)))})`;
  });
  if (/url\((?!\/assets\/)/.test(style)) throw new Error("the style sheet leads outside");
  writeFileSync(out, style);
}

/** Colours and lines are those of the element that uses a symbol. */
function buildSprite(): void {
  const symbols = iconNames.map((name) => {
    const path = join(root, `node_modules/lucide-static/icons/${name}.svg`);
    const drawing = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
    const body = drawing.replaceAll(/\s*\n\s*/g, "").replaceAll(" />", "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  const head = "<!-- lucide, ISC license, https://lucide.dev/license -->";
  const svg = `${head}<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  writeFileSync(join(built, "sprite.svg"), svg);
}

/** One file each. What a first visit does not need is loaded when somebody asks for it. */
async function buildScripts(): Promise<void> {
  for (const [entry, name, format] of [
    ["main.ts", "client.js", "iife"],
    ["more.ts", "more.js", "esm"],
  ] as const) {
    const { outputs: made, logs } = await Bun.build({
      entrypoints: [join(views, "client", entry)],
      target: "browser",
      format,
      minify: true,
    });
    const script = made[0];
    if (!script) throw new Error(`the script ${name}: ${logs.join("\n")}`);
    writeFileSync(join(built, name), await script.text());
  }
}

// On import: of the build, of the checks, and as the preload of the tests. Throws where a source is broken.
if (!isFresh()) {
  mkdirSync(built, { recursive: true });
  buildStyle();
  buildSprite();
  await buildScripts();
}
