/**
 * What the agent must know after a crash to complete or undo a deployment: one durable file per target, written before
 * each thing that would need it. Holds paths and hashes, never a key.
 */
import { join } from "node:path";
import { z } from "zod";
import { Id } from "#base/id.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import { type Files, replaceFile } from "./files.ts";

/**
 * `staging`: new files may lie beside the old ones. `exchanging`: the new ones may be in place. `undoing`: the old ones
 * are coming back. `settled`: the destinations are as they shall stay, what was needed to get there may lie about.
 */
export const Phase = z.enum(["staging", "exchanging", "undoing", "settled"]);
export type Phase = z.infer<typeof Phase>;

const Look = z.strictObject({
  host: z.string(),
  port: z.int(),
  serverName: z.string().optional(),
  timeout: z.number(),
  /** The leaf that was seen before anything was changed. */
  before: z.string().optional(),
});

export const Entry = z.strictObject({
  format: z.literal(1),
  /** Part of every temporary name of this deployment. */
  token: z.string().regex(/^[0-9a-z]{8,}$/),
  startedAt: z.int(),
  target: z.strictObject({ id: Id, kind: z.string(), config: z.json() }),
  phase: Phase,
  /** Which content shall stay; for `settled`. */
  side: z.enum(["old", "new"]),
  /** How often a start of the agent has tried to complete it. */
  attempts: z.int(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      staged: z.string(),
      backup: z.string().optional(),
      was: z.string(),
      shall: z.string(),
    }),
  ),
  pivot: z.string(),
  layout: z.string(),
  /** SHA-256 of the leaf that is deployed, and of the one whose place it takes. */
  expected: z.string(),
  previous: z.string().optional(),
  looks: z.array(Look),
});
export type Entry = z.infer<typeof Entry>;
export type Look = z.infer<typeof Look>;

export interface Journal {
  /** Durable when this returns. */
  write(entry: Entry): void;
  drop(targetId: string): void;
  /** A `ConnectorFailure` when there is an entry that this version cannot read. */
  find(targetId: string): Entry | undefined;
  /** For the start of the agent: all entries, and the files that are none: written by another version, or damaged. */
  list(): { readonly entries: readonly Entry[]; readonly unreadable: readonly string[] };
}

export function openJournal(files: Files, directory: string): Journal {
  const pathOf = (targetId: string) => join(directory, `${Id.parse(targetId)}.json`);
  const read = (path: string): Entry | undefined => {
    const content = files.read(path);
    return content === undefined ? undefined : parseEntry(Buffer.from(content).toString());
  };
  return {
    write(entry) {
      const path = pathOf(entry.target.id);
      replaceFile(files, { path, temporary: `${path}.tmp`, content: JSON.stringify(entry) });
    },
    drop(targetId) {
      files.remove(pathOf(targetId));
      files.sync(directory);
    },
    find(targetId) {
      const path = pathOf(targetId);
      const entry = read(path);
      if (entry !== undefined || files.stat(path) === undefined) return entry;
      throw new ConnectorFailure(
        `${path} was written by another version of the agent: run that version, or remove the file when the service is in order`,
        { stage: "stage", retryable: false },
      );
    },
    list() {
      for (const name of files.list(directory) ?? []) {
        // A write that a kill cut short: the entry it would have replaced stands.
        if (name.endsWith(".tmp")) files.remove(join(directory, name));
      }
      const paths = (files.list(directory) ?? [])
        .filter((name) => name.endsWith(".json"))
        .map((name) => join(directory, name));
      const found = paths.map((path) => ({ path, entry: read(path) }));
      return {
        entries: found.flatMap(({ entry }) => (entry === undefined ? [] : [entry])),
        unreadable: found.flatMap(({ path, entry }) => (entry === undefined ? [path] : [])),
      };
    },
  };
}

function parseEntry(text: string): Entry | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
  const result = Entry.safeParse(data);
  return result.success ? result.data : undefined;
}
