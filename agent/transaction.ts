/**
 * One deployment's hold on the disk: what it staged, how it exchanges, undoes and tidies. Every step that a crash may
 * interrupt is in the journal before it is taken, so `resume` can go on from any of them.
 */
import { basename, dirname, join } from "node:path";
import {
  bring,
  duplicate,
  type Exchange,
  type Side,
  sideOf,
  sweep,
  syncDirectories,
} from "./exchange.ts";
import { describeFile, type Files } from "./files.ts";
import type { Entry, Journal, Phase } from "./journal.ts";
import type { PlannedFile } from "./plan.ts";

export interface Transaction {
  readonly entry: Entry;
  /** Have the destinations been touched? */
  readonly exchanged: boolean;
  /** Writes the new files beside the old ones; `previous` is the leaf whose place is taken. */
  stage(planned: readonly PlannedFile[], previous: string | undefined): void;
  /** The new files take the place of the old ones. */
  exchange(): void;
  /** The old files come back. */
  undo(): void;
  /** Repeats the exchange after a crash; counted, so that it is tried once only. */
  resume(): void;
  /** The side the disk shows; throws when somebody else changed it. */
  side(): Side;
  /** Forgets the deployment; what is in place stays, and `backups` of each file with it. */
  settle(side: Side, backups: number): void;
}

export function beginTransaction(files: Files, journal: Journal, start: Entry): Transaction {
  let entry = start;
  const save = (change: Partial<Entry>) => {
    entry = { ...entry, ...change };
    journal.write(entry);
  };
  const exchangeOf = (): Exchange => ({
    files: entry.files,
    pivot: entry.pivot,
    token: entry.token,
  });
  const enter = (phase: Phase) => {
    if (entry.phase !== phase) save({ phase });
  };
  return {
    get entry() {
      return entry;
    },
    get exchanged() {
      return entry.phase === "exchanging" || entry.phase === "undoing";
    },
    stage(planned, previous) {
      const [first] = planned;
      if (previous !== undefined) entry = { ...entry, previous };
      if (first === undefined) return;
      const pivot = join(dirname(first.path), `.certctl-${entry.token}`);
      save({ pivot, files: planned.map((file) => namesFor(file, entry)) });
      for (const [index, file] of planned.entries()) {
        const staged = entry.files[index]?.staged;
        if (staged !== undefined) files.create(staged, file.content, file.attributes);
      }
    },
    exchange() {
      if (entry.files.length === 0) return;
      const described = entry.files.map((it) => ({ ...it, shall: describeFile(files, it.staged) }));
      for (const { path, backup } of described) {
        if (backup !== undefined) duplicate(files, path, backup);
      }
      syncDirectories(files, { ...exchangeOf(), files: described });
      save({ phase: "exchanging", files: described });
      bring(files, exchangeOf(), "new");
    },
    undo() {
      if (entry.files.length === 0) return;
      enter("undoing");
      bring(files, exchangeOf(), "old");
    },
    resume() {
      save({ attempts: entry.attempts + 1 });
      bring(files, exchangeOf(), "new");
    },
    side: () => sideOf(files, exchangeOf()),
    settle(side, backups) {
      if (entry.files.length > 0) {
        save({ phase: "settled", side });
        sweep(files, exchangeOf());
        for (const file of entry.files)
          pruneBackups(files, file, side === "new" ? backups : undefined);
        syncDirectories(files, exchangeOf());
      }
      files.remove(entry.layout);
      journal.drop(entry.target.id);
    },
  };
}

/** Hidden names: HAProxy reads every visible file of a certificate directory, a backup as well. */
function namesFor(file: PlannedFile, entry: Entry): Entry["files"][number] {
  const directory = dirname(file.path);
  const name = basename(file.path);
  const backup = join(directory, `.${name}${backupMark}${entry.startedAt}-${entry.token}`);
  return {
    path: file.path,
    staged: join(directory, `.${name}.certctl-new.${entry.token}`),
    ...(file.exists ? { backup } : {}),
    was: file.was,
    shall: "",
  };
}

const backupMark = ".certctl-bak.";

/** Keeps the newest `keep` backups of a file; undefined removes only this deployment's, whose content is in place again. */
function pruneBackups(files: Files, file: Entry["files"][number], keep: number | undefined): void {
  if (keep === undefined) {
    if (file.backup !== undefined) files.remove(file.backup);
    return;
  }
  const directory = dirname(file.path);
  const mark = `.${basename(file.path)}${backupMark}`;
  const backups = (files.list(directory) ?? []).filter((name) => name.startsWith(mark));
  const timeOf = (name: string) => Number.parseInt(name.slice(mark.length), 10);
  backups.sort((a, b) => timeOf(b) - timeOf(a));
  for (const name of backups.slice(keep)) files.remove(join(directory, name));
}
