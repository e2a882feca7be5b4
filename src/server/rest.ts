/** REST derived from contracts: parts of the request to input, outcome to answer. */
import { z } from "zod";

import { toSnake } from "#base/case.ts";
import { coerce } from "#base/coerce.ts";
import { type Contract, pathParameters, travelsInQuery } from "#base/contract.ts";
import { invalid } from "#base/problem.ts";
import { shapeOf, unwrap } from "#base/schema.ts";
import type { ByteStream } from "#base/stream.ts";
import { toWire } from "#base/wire.ts";
import type { Outcome } from "#features/call.ts";
import type { Operation } from "#features/handler.ts";
import { readJson } from "./body.ts";

/** The raw input of a call: the path's values win over nothing, because the body may not name them. */
export async function rawInput(
  contract: Contract,
  request: Request,
  path: Readonly<Record<string, string>>,
  limit: number,
): Promise<Record<string, unknown>> {
  const inQuery = travelsInQuery(contract);
  const query = request.url.includes("?")
    ? readQuery(contract, new URL(request.url).searchParams)
    : {};
  const body = inQuery ? {} : await readJson(request, limit);
  const raw = { ...body, ...query };
  for (const [name, wireName] of namesOf(contract).inPath) {
    if (name in body || wireName in body) {
      throw invalid(wireName, "stands in the path and must not stand in the body");
    }
    raw[wireName] = path[name];
  }
  return raw;
}

/** The names of a contract's parameters on the wire, worked out once. */
interface Names {
  /** Key of the input and wire name. */
  readonly inPath: readonly (readonly [name: string, wireName: string])[];
  /** What may stand in the query, by wire name. */
  readonly inQuery: ReadonlyMap<string, z.core.$ZodType>;
}

const knownNames = new WeakMap<Contract, Names>();

function namesOf(contract: Contract): Names {
  const known = knownNames.get(contract);
  if (known) return known;
  const inPath = pathParameters(contract.path);
  const all = travelsInQuery(contract);
  const inQuery = Object.entries(shapeOf(contract.input)).filter(
    ([key]) => (all || contract.query?.includes(key) === true) && !inPath.includes(key),
  );
  const names = {
    inPath: inPath.map((name) => [name, toSnake(name)] as const),
    inQuery: new Map(inQuery.map(([key, schema]) => [toSnake(key), schema])),
  };
  knownNames.set(contract, names);
  return names;
}

function readQuery(contract: Contract, search: URLSearchParams): Record<string, unknown> {
  const { inQuery } = namesOf(contract);
  const result: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    const schema = inQuery.get(name);
    if (schema === undefined) throw invalid(name, `is not a parameter of ${contract.name}`);
    const texts = search.getAll(name);
    // The seeds' camelCase sort names work too.
    const given = name === "sort" ? texts.map(toSnake) : texts;
    if (texts.length > 1 && !takesMany(schema)) throw invalid(name, "is given more than once");
    result[name] = coerce(schema, given);
  }
  return result;
}

function takesMany(schema: z.core.$ZodType): boolean {
  const it = unwrap(schema);
  return it instanceof z.ZodArray || it instanceof z.ZodRecord;
}

const statuses = { json: 200, created: 201, accepted: 202, none: 204 } as const;

/** The answer of an outcome. A deferred operation is a 202 with its job. */
export function answerOf(
  operation: Operation,
  outcome: Outcome,
  fields: string | undefined,
): Response {
  const { contract } = operation;
  if (outcome.kind === "deferred") {
    const url = `/api/v1/jobs/${outcome.jobId}`;
    const body = { status: "awaiting_approval", job_id: outcome.jobId, job_url: url };
    return Response.json(body, { status: 202, headers: { location: url } });
  }
  const replayed: Record<string, string> =
    outcome.kind === "replayed" ? { "idempotency-replayed": "true" } : {};
  if (typeof contract.answer === "object") return streamOf(outcome.output as ByteStream);
  if (contract.answer === "none") return new Response(null, { status: 204, headers: replayed });
  const wire = toWire(contract.output, outcome.output);
  const emptyKey = contract.emptyWhen;
  if (emptyKey !== undefined && memberOf(wire, toSnake(emptyKey)) === true) {
    return new Response(null, { status: 204 });
  }
  const body = fields === undefined ? wire : onlyFields(contract, wire, fields);
  const headers = { ...replayed, ...etagOf(wire), "content-type": "application/json" };
  return new Response(JSON.stringify(body), { status: statusOf(contract, wire), headers });
}

function statusOf(contract: Contract, wire: unknown): number {
  if (typeof contract.answer === "object") return 200;
  // What could not be done at once is queued: the answer names the job.
  if (contract.answer === "created" && memberOf(wire, "job_id") != null) return 202;
  return statuses[contract.answer];
}

function memberOf(wire: unknown, key: string): unknown {
  return typeof wire === "object" && wire !== null ? Reflect.get(wire, key) : undefined;
}

function etagOf(wire: unknown): Record<string, string> {
  const revision = memberOf(wire, "revision");
  return typeof revision === "number" ? { etag: `"${revision}"` } : {};
}

/** The revision that `If-Match` names; `*` matches any. */
export function ifMatchOf(header: string | null): number | undefined {
  if (header === null || header.trim() === "*") return undefined;
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim());
  if (!match) throw invalid("If-Match", 'must be one entity tag, such as "3", or *');
  return Number(match[1]);
}

/** Sparse fields of a list's rows, or of a single object; those of the contract, whether or not there is a row. */
function onlyFields({ output }: Contract, wire: unknown, fields: string): unknown {
  const wanted = fields.split(",").map((it) => it.trim());
  const data = memberOf(wire, "data");
  const rows = shapeOf(output)["data"];
  const item = rows instanceof z.ZodArray ? rows.element : output;
  const known = new Set(Object.keys(shapeOf(item)).map(toSnake));
  for (const name of wanted) {
    if (!known.has(name)) throw invalid("fields", `there is no field ${name}`);
  }
  if (!Array.isArray(data)) return pick(wire, wanted);
  return { ...(wire as object), data: data.map((row: unknown) => pick(row, wanted)) };
}

function pick(row: unknown, wanted: readonly string[]): unknown {
  if (typeof row !== "object" || row === null) return row;
  return Object.fromEntries(Object.entries(row).filter(([key]) => wanted.includes(key)));
}

function streamOf(stream: ByteStream): Response {
  const encoder = new TextEncoder();
  const pieces = stream.pieces[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await pieces.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": `${stream.mediaType}${stream.mediaType.includes("charset") ? "" : "; charset=utf-8"}`,
      "content-disposition": `attachment; filename="${stream.filename}"`,
    },
  });
}
