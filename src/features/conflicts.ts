/** Constraint errors of a write in words: a name that is taken, a thing that is still used or not there. */
import { withArticle } from "#base/article.ts";
import { Problem } from "#base/problem.ts";
import { isForeignKeyViolation, isUniqueViolation } from "#db/portable.ts";

/** Runs an insert or update; a taken name or id becomes `already-exists`. */
export async function unlessTaken<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const violation = isUniqueViolation(cause);
    if (!violation) throw cause;
    throw taken(what, violation.columns.at(-1) ?? "name", cause);
  }
}

/**
 * Refuses an id that is taken. A row that repeats both id and name breaks two constraints, and which of them the
 * database reports is its own affair: the id is what the caller has to change first.
 */
export function refuseTakenId(what: string, there: object | undefined): void {
  if (there !== undefined) throw taken(what, "id");
}

function taken(what: string, column: string, cause?: unknown): Problem {
  const errors = [{ path: column, message: "is taken" }];
  const detail = `there is ${withArticle(what)} with this ${column} already`;
  return new Problem("already-exists", detail, { cause, errors });
}

/** Runs a delete; a reference to the row becomes `in-use`. */
export async function unlessUsed<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isForeignKeyViolation(cause)) throw cause;
    throw new Problem("in-use", `the ${what} is still used and cannot be deleted`, { cause });
  }
}
