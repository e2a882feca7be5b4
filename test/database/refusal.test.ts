/** A database that cannot be opened is said in one sentence, which names what is wrong. */
import { expect, test } from "bun:test";
import { lastWords, Mistake } from "#base/mistake.ts";
import { refusal } from "#db/postgres-failure.ts";
import { opener } from "./engines.ts";
import { failure } from "./failure.ts";

const open = opener("postgres");
const files = opener("sqlite");

test("a PostgreSQL database that is not there", async () => {
  const url = new URL(await open.url());
  url.pathname = "/nobody_made_it";
  const error = await failure(open.raw(url.href));
  expect(error).toBeInstanceOf(Mistake);
  expect(lastWords(error)).toBe(
    'PostgreSQL refuses CERTCTL_DATABASE_URL: database "nobody_made_it" does not exist',
  );
});

test("a wrong password, and nothing that is no refusal", () => {
  const failed = (code: string) => Object.assign(new Error("password wrong"), { code });
  expect(refusal(failed("28P01"))?.message).toEndWith(": password wrong");
  expect(refusal(failed("42P01"))).toBeUndefined();
});

test("a file in a directory that is not there", async () => {
  const error = await failure(files.raw("sqlite:/nowhere/there.db"));
  expect(lastWords(error)).toBe(
    "cannot open /nowhere/there.db: no such file or directory (ENOENT)",
  );
});
