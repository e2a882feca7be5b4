/** One page of a list from the page's own URL; a bad filter is shown beside the filters, not as a page of its own. */
import { coerce } from "#base/coerce.ts";
import type { Contract, Output } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { fieldsOf } from "#views/fields.ts";
import type { ShownProblem } from "#views/frame.ts";
import { arrangement } from "#views/list-query.ts";
import type { Listed } from "#views/listed.ts";
import type { Visit } from "./page.ts";

interface ListOutput<Row> {
  readonly data: readonly Row[];
  readonly total: number;
  readonly totalIsExact?: boolean;
  readonly nextCursor: string | null;
}

export interface Listing<Row> {
  readonly list: Listed<Row>;
  /** The page's query as the list understood it. */
  readonly query: URLSearchParams;
  readonly status: number;
}

export async function listingOf<C extends Contract>(
  visit: Visit,
  contract: C,
  fixed: Readonly<Record<string, unknown>> = {},
): Promise<Listing<RowOf<C>>> {
  const query = withZone(contract, visit.query);
  // Nobody waits for a number that nobody reads to its end.
  const count = "count" in contract.input.shape ? { count: "bounded" } : {};
  try {
    const output = await visit.read(contract, { ...inputOf(contract, query), ...count, ...fixed });
    // A list's output is the envelope of `listOf`.
    const { data, total, totalIsExact = true, nextCursor } = output as ListOutput<RowOf<C>>;
    const list = { data, total, totalIsExact, nextCursor, problem: undefined };
    return { list, query, status: 200 };
  } catch (error) {
    const problem = notUnderstood(error);
    const list = { data: [], total: 0, totalIsExact: true, nextCursor: null, problem };
    return { list, query, status: 400 };
  }
}

/** What is wrong with filters, to be shown beside them; throws every other error on. */
export function notUnderstood(error: unknown): ShownProblem {
  if (!(error instanceof Problem) || error.kind !== "invalid-input") throw error;
  return {
    status: 400,
    title: "The filters are not understood",
    detail: error.detail,
    requestId: "",
    errors: error.errors,
    extra: {},
  };
}

export type RowOf<C extends Contract> =
  Output<C> extends { readonly data: readonly (infer Row)[] } ? Row : never;

/** A browser's control for times writes no zone; our label says UTC. */
export function withZone(contract: Contract, query: URLSearchParams): URLSearchParams {
  const times = new Set(
    fieldsOf(contract)
      .filter((it) => it.control === "datetime")
      .map((it) => it.name),
  );
  const pairs = [...query].map(([name, value]) => {
    const match = times.has(name) && /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/.exec(value);
    return [name, match ? `${match[1]}${match[2] ?? ":00"}Z` : value];
  });
  return new URLSearchParams(pairs);
}

/** What is empty is not asked for; what is unknown is handed on, so that it is named as unknown. */
export function inputOf(
  contract: Contract,
  query: URLSearchParams,
): Readonly<Record<string, unknown>> {
  const fields = new Map(fieldsOf(contract).map((it) => [it.name, it]));
  const asked = [...new Set(query.keys())].filter((name) => !arrangement.has(name));
  const entries = asked.flatMap((name) => {
    const texts = query.getAll(name).filter((it) => it !== "");
    if (texts.length === 0) return [];
    const field = fields.get(name);
    return [[name, field ? coerce(field.schema, texts) : texts[0]]];
  });
  return Object.fromEntries(entries);
}
