/** Tells the failures of PostgreSQL apart: worth another attempt, a server that is away or full, or a statement that is wrong. */
import { Mistake } from "#base/mistake.ts";
import { Problem } from "#base/problem.ts";

export function postgresCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "";
}

/** Serialization failure or deadlock: the server undid everything and asks for another attempt. */
export const isRetryable = (error: unknown): boolean =>
  ["40001", "40P01"].includes(postgresCode(error));

/** The statement met its time limit, or somebody's hand. */
export const isCancelled = (error: unknown): boolean => postgresCode(error) === "57014";

/** Codes of Node, of the `postgres` package, and the SQLSTATE classes connection, resources, operator and system. */
const away = /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_\w+|08...|25P03|53...|57P0.|58...)$/;

/** No such database, no such role or a wrong password: for whoever wrote the URL, in the server's words. */
export function refusal(error: unknown): Mistake | undefined {
  if (!(error instanceof Error) || !/^(3D000|28P01|28000)$/.test(postgresCode(error))) return;
  return new Mistake(`PostgreSQL refuses CERTCTL_DATABASE_URL: ${error.message}`, { cause: error });
}

/** What a caller may understand as a Problem; every other error as it is. */
export function fromPostgres(error: unknown): unknown {
  if (isCancelled(error)) {
    return new Problem("unavailable", "the query took too long", { cause: error });
  }
  if (away.test(postgresCode(error))) {
    return new Problem("unavailable", "the database cannot be reached", { cause: error });
  }
  return error;
}
