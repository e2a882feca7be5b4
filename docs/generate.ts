/**
 * Writes docs/reference (or the folder of `--to=DIR`) from contracts, tables and registries; `--check` writes nothing
 * and fails when a page is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliPage } from "./pages/cli.ts";
import { connectorsPage } from "./pages/connectors.ts";
import { eventsPage } from "./pages/events.ts";
import { jobsPage } from "./pages/jobs.ts";
import { licencesFile } from "./pages/licences.ts";
import { operationsPage } from "./pages/operations.ts";
import { permissionsPage } from "./pages/permissions.ts";
import { problemsPage } from "./pages/problems.ts";
import { settingsPage } from "./pages/settings.ts";

const pages = {
  "cli.md": cliPage,
  "connectors.md": connectorsPage,
  "events.md": eventsPage,
  "jobs.md": jobsPage,
  "licences.ndjson": licencesFile,
  "operations.md": operationsPage,
  "permissions.md": permissionsPage,
  "problems.md": problemsPage,
  "settings.md": settingsPage,
} as const;

const to = process.argv.find((it) => it.startsWith("--to="))?.slice("--to=".length);
const folder = to ?? join(import.meta.dir, "reference");

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

const check = process.argv.includes("--check");
const stale: string[] = [];
for (const [name, render] of Object.entries(pages)) {
  const path = join(folder, name);
  const text = await render();
  if (currentText(path) === text) continue;
  if (!check) writeFileSync(path, text);
  stale.push(name);
}
for (const name of stale) {
  process.stdout.write(check ? `stale: ${name}\n` : `wrote ${name}\n`);
}
if (check && stale.length > 0) {
  process.stdout.write("run: bun docs/generate.ts\n");
  process.exit(1);
}
