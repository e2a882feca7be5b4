/** Tells the failures of SQLite apart: a lock, a disk that refuses, or a statement that is wrong. */
import { fileFailure } from "#base/file-failure.ts";
import { Mistake } from "#base/mistake.ts";
import { Problem } from "#base/problem.ts";

export function sqliteCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "";
}

export const isBusy = (error: unknown): boolean => sqliteCode(error).startsWith("SQLITE_BUSY");

/** The file cannot be trusted from here on: only closing and opening it again tells what is in it. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(sqliteCode(error));

/** Why a file cannot be opened as a database, in words for whoever runs the program; undefined for any other error. */
export function openMistake(path: string, cause: unknown): Mistake | undefined {
  const ofSqlite = /^SQLITE_(CANTOPEN|NOTADB|CORRUPT|READONLY|PERM|IOERR)/.test(sqliteCode(cause));
  const why =
    ofSqlite && cause instanceof Error
      ? `${cause.message} (${sqliteCode(cause)})`
      : fileFailure(cause);
  return why === undefined ? undefined : new Mistake(`cannot open ${path}: ${why}`, { cause });
}

/** What the caller of a transaction gets: nothing was recorded, and it may try again later. */
export function storageProblem(cause: unknown): Problem {
  return new Problem("unavailable", "the database could not store this", { cause });
}

/** A full or failing disk as a Problem; every other error as it is. */
export function fromSqlite(error: unknown): unknown {
  const refused = isDamage(error) || sqliteCode(error).startsWith("SQLITE_FULL");
  return refused ? storageProblem(error) : error;
}
