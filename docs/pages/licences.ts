/**
 * What is inside the executables that others wrote, with its licence: computed from what the bundler takes, the packages as they
 * are installed, and the fonts. One JSON object a line, so that a change is a line.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import "../../appliance/assets.ts";
import type { Licence } from "#views/licence.ts";

const root = join(import.meta.dir, "../..");
const executables = {
  certctl: ["src/main.ts", "src/db/sqlite-scanner-worker.ts"],
  "certctl-agent": ["agent/main.ts"],
} as const;

/** What the style sheet and the icons are made of: nobody imports it, and parts of it are inside. */
const madeInto = ["tailwindcss", "daisyui", "lucide-static"];

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default("see text"),
});

/** The file's text; one object a line. */
export async function licencesFile(): Promise<string> {
  const all = [...(await packages()), ...fonts(), bun()];
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${all.map((it) => JSON.stringify(it)).join("\n")}\n`;
}

async function packages(): Promise<readonly Licence[]> {
  const inside = new Map<string, string[]>(
    madeInto.map((name) => [join(root, "node_modules", name), ["certctl"]]),
  );
  for (const [executable, entries] of Object.entries(executables)) {
    for (const directory of await bundled(entries)) {
      inside.set(directory, [...(inside.get(directory) ?? []), executable]);
    }
  }
  return [...inside].map(([directory, where]) => {
    const manifest = Manifest.parse(
      JSON.parse(readFileSync(join(directory, "package.json"), "utf8")),
    );
    const { name, version, license } = manifest;
    return { name, version, licence: license, inside: where, text: textIn(directory) };
  });
}

/** The directories of the packages whose code an executable gets. */
async function bundled(entries: readonly string[]): Promise<ReadonlySet<string>> {
  const { metafile } = await Bun.build({
    entrypoints: entries.map((it) => join(root, it)),
    target: "bun",
    metafile: true,
  });
  if (!metafile) throw new Error("the bundler does not say what it took");
  const directories = Object.values(metafile.outputs).flatMap((it) =>
    Object.keys(it.inputs).flatMap((path) => {
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      return found === undefined ? [] : [resolve(found)];
    }),
  );
  return new Set(directories.map((it) => join(root, it.slice(it.indexOf("node_modules")))));
}

/** Licence and notice as they came. */
function textIn(directory: string): string {
  const names = readdirSync(directory).filter((it) =>
    /^(un)?licen[cs]e|^notice|^copying/i.test(it),
  );
  return names
    .sort()
    .map((name) => readFileSync(join(directory, name), "utf8").trim())
    .join("\n\n");
}

function fonts(): readonly Licence[] {
  const directory = join(root, "views/assets/fonts");
  const names = readdirSync(directory).filter((it) => it.endsWith(".LICENSE"));
  return names.map((name) => {
    const text = readFileSync(join(directory, name), "utf8").trim();
    const font = /The (.+?) Project Authors/.exec(text)?.[1] ?? name.replace(".LICENSE", "");
    const licence = /SIL Open Font License/i.test(text) ? "OFL-1.1" : "see text";
    return { name: `${font} (font)`, version: "subset", licence, inside: ["certctl"], text };
  });
}

/** The runtime's types bring its licence page; the runtime's package does not. */
function bun(): Licence {
  const { version } = Manifest.parse(
    JSON.parse(readFileSync(join(root, "node_modules/bun/package.json"), "utf8")),
  );
  const path = join(root, "node_modules/bun-types/docs/project/license.mdx");
  if (!existsSync(path)) throw new Error(`${path} is not there: where is Bun's licence?`);
  const text = readFileSync(path, "utf8").replace(/^---[\s\S]*?---\s*/, "");
  return {
    name: "Bun (runtime)",
    version,
    licence: "MIT and others",
    inside: Object.keys(executables),
    text: text.trim(),
  };
}
