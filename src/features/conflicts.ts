/** Constraint errors of a write in words: a name that is taken, a thing that is still used or not there. */
import { Problem } from "#base/problem.ts";
import { isForeignKeyViolation, isUniqueViolation } from "#db/portable.ts";

/** Runs an insert or update; a taken name or id becomes `already-exists`. */
export async function unlessTaken<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const violation = isUniqueViolation(cause);
    if (!violation) throw cause;
    const column = violation.columns.at(-1) ?? "name";
    const errors = [{ path: column, message: "is taken" }];
    throw new Problem("already-exists", `there is a ${what} with this ${column} already`, {
      cause,
      errors,
    });
  }
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
