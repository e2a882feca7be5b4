/**
 * Brings a set of files from their old to their new content, or back, as one step for whoever reads them.
 *
 * Two renames would leave a moment with a new certificate beside an old key, and a kill there would keep it. So the
 * destinations first become symbolic links through one link, the pivot, which still leads to the old files; then the
 * pivot is renamed to lead to the new ones, which is the exchange; then the destinations become ordinary files again.
 * At every moment all destinations are old or all are new, and what was begun can be continued in either direction.
 */
import { basename, dirname, join, relative } from "node:path";
import { ConnectorFailure } from "#connectors/failure.ts";
import { absent, describeFile, type Files } from "./files.ts";

export type Side = "old" | "new";

export interface ExchangedFile {
  /** The destination, in a directory without symbolic links. */
  readonly path: string;
  /** Complete and durable until the exchange is settled, whatever side is wanted. */
  readonly staged: string;
  /** The old file under another name; undefined when there was none. */
  readonly backup?: string | undefined;
  /** What `describeFile` said of the old and of the staged file. */
  readonly was: string;
  readonly shall: string;
}

export interface Exchange {
  readonly files: readonly ExchangedFile[];
  /** A hidden directory beside the first destination; exists only while an exchange is under way. */
  readonly pivot: string;
  readonly token: string;
}

/** Puts `side` in place and is done: the pivot is gone. Repeating it, or the other side after a crash, is fine. */
export function bring(files: Files, exchange: Exchange, side: Side): void {
  const { files: entries, pivot } = exchange;
  if (!isOpen(files, exchange)) {
    files.remove(pivot);
    const present = sideOf(files, exchange);
    if (present === side) return;
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) {
      settle(files, exchange, only, side);
      files.sync(dirname(only.path));
      return;
    }
    openPivot(files, exchange, present);
  }
  leadThroughPivot(files, exchange);
  pointPivot(files, exchange, side);
  for (const entry of entries) settle(files, exchange, entry, side);
  syncDirectories(files, exchange);
  closePivot(files, exchange);
}

/** The side the destinations show, all of them; a `ConnectorFailure` when somebody else changed one. */
export function sideOf(files: Files, exchange: Exchange): Side {
  if (isOpen(files, exchange)) return pivotSide(files, exchange);
  const present = exchange.files.map((entry) => describeFile(files, entry.path));
  if (exchange.files.every((entry, index) => present[index] === entry.was)) return "old";
  if (exchange.files.every((entry, index) => present[index] === entry.shall)) return "new";
  const foreign = exchange.files.find(
    (entry, index) => ![entry.was, entry.shall].includes(present[index] ?? absent),
  );
  throw changed(foreign?.path ?? exchange.files[0]?.path ?? exchange.pivot);
}

/** Removes what `bring` may have left beside the destinations, and the staged files. */
export function sweep(files: Files, exchange: Exchange): void {
  closePivot(files, exchange);
  for (const entry of exchange.files) {
    files.remove(temporaryOf(entry, exchange));
    files.remove(entry.staged);
  }
}

export function syncDirectories(files: Files, exchange: Exchange): void {
  const directories = new Set(exchange.files.map((entry) => dirname(entry.path)));
  for (const directory of directories) files.sync(directory);
}

function changed(path: string): ConnectorFailure {
  return new ConnectorFailure(
    `${path} was changed by somebody else meanwhile; it is left as it is`,
    {
      stage: "exchange",
      retryable: true,
    },
  );
}

const currentOf = (exchange: Exchange): string => join(exchange.pivot, "current");

function isOpen(files: Files, exchange: Exchange): boolean {
  return files.lstat(currentOf(exchange))?.isSymbolicLink() === true;
}

function pivotSide(files: Files, exchange: Exchange): Side {
  return files.readlink(currentOf(exchange)) === "new" ? "new" : "old";
}

/** Two directories of links, to the old files and to the new, and the link that chooses between them. */
function openPivot(files: Files, exchange: Exchange, present: Side): void {
  const { pivot } = exchange;
  files.makeDirectory(pivot, 0o755);
  for (const side of ["old", "new"] as const) {
    const directory = join(pivot, side);
    files.makeDirectory(directory, 0o755);
    for (const [index, entry] of exchange.files.entries()) {
      const source = sourceOf(entry, side);
      if (source !== undefined) {
        files.symlink(relative(directory, source), join(directory, String(index)));
      }
    }
    files.sync(directory);
  }
  files.symlink(present, currentOf(exchange));
  files.sync(pivot);
  files.sync(dirname(pivot));
}

/** Every destination becomes a link through the pivot, which leads to what the destination was. */
function leadThroughPivot(files: Files, exchange: Exchange): void {
  const side = pivotSide(files, exchange);
  for (const [index, entry] of exchange.files.entries()) {
    const target = relative(dirname(entry.path), join(currentOf(exchange), String(index)));
    const stat = files.lstat(entry.path);
    if (stat?.isSymbolicLink() && files.readlink(entry.path) === target) continue;
    if (describeFile(files, entry.path) !== stateOn(entry, side)) throw changed(entry.path);
    const temporary = temporaryOf(entry, exchange);
    files.remove(temporary);
    files.symlink(target, temporary);
    files.rename(temporary, entry.path);
  }
  syncDirectories(files, exchange);
}

/** The link first: a pivot that lost its directories must not look like one that is open. */
function closePivot(files: Files, exchange: Exchange): void {
  const { pivot } = exchange;
  if (files.lstat(pivot) === undefined) return;
  files.remove(currentOf(exchange));
  files.sync(pivot);
  files.remove(pivot);
  files.sync(dirname(pivot));
}

/** The moment of the exchange. */
function pointPivot(files: Files, exchange: Exchange, side: Side): void {
  if (pivotSide(files, exchange) === side) return;
  const next = join(exchange.pivot, "next");
  files.remove(next);
  files.symlink(side, next);
  files.rename(next, currentOf(exchange));
  files.sync(exchange.pivot);
}

/** The destination as an ordinary file again, or absent where there was none; its source stays until all is settled. */
function settle(files: Files, exchange: Exchange, entry: ExchangedFile, side: Side): void {
  const source = sourceOf(entry, side);
  if (source === undefined) {
    files.remove(entry.path);
    return;
  }
  const temporary = temporaryOf(entry, exchange);
  files.remove(temporary);
  duplicate(files, source, temporary);
  files.rename(temporary, entry.path);
}

/** A second name for a file, or a copy of it where the system wants no second name. */
export function duplicate(files: Files, from: string, to: string): void {
  if (files.link(from, to)) return;
  const stat = files.stat(from);
  const content = files.read(from);
  if (stat === undefined || content === undefined) {
    throw new ConnectorFailure(`${from} is gone`, { stage: "exchange", retryable: false });
  }
  files.create(to, content, { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid });
}

function sourceOf(entry: ExchangedFile, side: Side): string | undefined {
  return side === "new" ? entry.staged : entry.backup;
}

function stateOn(entry: ExchangedFile, side: Side): string {
  return side === "new" ? entry.shall : entry.was;
}

function temporaryOf(entry: ExchangedFile, exchange: Exchange): string {
  return join(dirname(entry.path), `.${basename(entry.path)}.certctl-tmp.${exchange.token}`);
}
