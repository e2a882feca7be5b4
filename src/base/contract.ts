/** Operations as data: the one declaration from which REST, OpenAPI, forms, CLI, client, permissions and docs are derived. */
import type { z } from "zod";
import type { Access } from "./permission.ts";
import type { ProblemKind } from "./problem.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How an answer looks on the wire. `accepted` is 202, `created` 201, `none` 204; a stream is bytes of one media type. */
export type Answer =
  | "json"
  | "created"
  | "accepted"
  | "none"
  | { readonly stream: readonly string[] };

/**
 * `team`: rows carry a team, and a caller whose role is granted for some teams sees those only (404 outside).
 * `shared`: belongs to nobody; may be seen with the permission for any team, and changed with it for all of them.
 * `global`: needs the permission without a team.
 */
export type Scope = "team" | "shared" | "global";

export interface Contract<In extends z.ZodObject = z.ZodObject, Out extends z.ZodType = z.ZodType> {
  /** `certificates.renew`: also the audit action. */
  readonly name: `${string}.${string}`;
  readonly summary: string;
  readonly description?: string;
  /** Of a write, said when it has been done: `{} was archived`, where `{}` stands for the thing's name. */
  readonly done?: string;
  /** The operation on the same thing that takes it back. */
  readonly undo?: `${string}.${string}`;
  readonly method: Method;
  /** `/api/v1/certificates/:id/renew`; every `:name` is a key of the input. */
  readonly path: string;
  /** Further paths that mean the same. */
  readonly aliases?: readonly string[];
  readonly permission: Access;
  readonly scope: Scope;
  /**
   * A read writes nothing; a write has two halves and leaves an audit row. `direct` is for what machines send all the
   * time (polls, heartbeats): it may keep presence and leases, and leaves no audit row.
   */
  readonly effect: "read" | "write" | "direct";
  readonly answer: Answer;
  /** A strict object with camelCase keys; the wire has snake_case. */
  /** The key of the output that, when true, makes the answer an empty 204: it was so already. */
  readonly emptyWhen?: string;
  readonly input: In;
  /** Keys of a write's input that may stand in the query as well. */
  readonly query?: readonly string[];
  readonly output: Out;
  readonly problems: readonly ProblemKind[];
  /** `certctl NOUN VERB [POSITIONAL]`. */
  readonly cli?: { readonly noun: string; readonly verb: string; readonly positional?: string };
  /** A read that leaves an audit row: export, download. */
  readonly audited?: boolean;
  /** The answer holds a secret: it is shown once, never stored for a replay. */
  readonly secret?: boolean;
  /** The input or output is not JSON of a person's making (agent protocol): no form, no CLI. */
  readonly machine?: boolean;
  /** For each of many things the operation `each` runs; what it did is counted as `total_<done>`. */
  readonly bulk?: { readonly each: string; readonly done: string };
  /** May wait longer than the usual request time; milliseconds. */
  readonly patience?: number;
}

/** Declares one operation. Returns its argument; exists so that the input and output types are inferred. */
export function contract<In extends z.ZodObject, Out extends z.ZodType>(
  it: Contract<In, Out>,
): Contract<In, Out> {
  return it;
}

export type Api = Readonly<Record<string, Contract>>;
/** What a handler gets: decoded, defaults filled. */
export type Input<C extends Contract> = z.output<C["input"]>;
/** What a handler returns: instants as milliseconds. */
export type Output<C extends Contract> = z.output<C["output"]>;

/** The names of the path's parameters, in order. */
export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? "");
}

/** Where the input's other keys travel: in the query of a read (and a DELETE), else in the body. */
export function travelsInQuery(it: Contract): boolean {
  return it.method === "GET" || it.method === "DELETE";
}

/** `certificates` of `certificates.renew`: the kind of thing the audit row names. */
export function resourceType(it: Contract): string {
  return it.name.slice(0, it.name.indexOf("."));
}
