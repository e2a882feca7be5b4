/** The typed client against a small HTTP server: what it sends, and what it makes of each kind of answer. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { type CallInput, client, Deferred } from "./client.ts";
import { contract } from "./contract.ts";
import { CallFailure, type Connection, exchange } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { ByteStream } from "./stream.ts";
import { instant, Timestamp } from "./time.ts";

const Thing = z.object({
  id: z.string(),
  notAfter: Timestamp.nullable(),
  tags: z.record(z.string(), z.string()),
});
const shared = {
  permission: "system:read",
  scope: "shared",
  effect: "read",
  problems: [],
} as const;

const api = {
  list: contract({
    ...shared,
    name: "things.list",
    summary: "List things",
    method: "GET",
    path: "/api/v1/things",
    answer: "json",
    input: z.strictObject({
      perPage: z.int().optional(),
      expiresBefore: Timestamp.optional(),
      ids: z.array(z.string()).default([]),
    }),
    output: z.object({ data: z.array(Thing), total: z.int() }),
  }),
  change: contract({
    ...shared,
    name: "things.change",
    summary: "Change a thing",
    method: "PATCH",
    path: "/api/v1/things/:id/parts/:partId",
    answer: "json",
    input: z.strictObject({
      id: z.string(),
      partId: z.string(),
      notAfter: Timestamp.nullable().optional(),
      tags: z.record(z.string(), z.string()).default({}),
      force: z.boolean().default(false),
    }),
    output: Thing,
  }),
  remove: contract({
    ...shared,
    name: "things.delete",
    summary: "Delete a thing",
    method: "DELETE",
    path: "/api/v1/things/:id",
    answer: "none",
    input: z.strictObject({ id: z.string(), force: z.boolean().default(false) }),
    output: z.null(),
  }),
  export: contract({
    ...shared,
    name: "things.export",
    summary: "Export things",
    method: "GET",
    path: "/api/v1/things/export",
    answer: { stream: ["text/csv", "application/x-ndjson"] },
    input: z.strictObject({}),
    output: ByteStream,
  }),
};

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
}

let seen: Seen | undefined;
let answer: (request: Request) => Response | Promise<Response> = () => Response.json({});
let server: ReturnType<typeof Bun.serve>;
let connection: Connection;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const url = new URL(request.url);
      const text = await request.text();
      seen = {
        method: request.method,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      return await answer(request);
    },
  });
  connection = { base: server.url, fetch, token: "cck_secret" };
});
afterAll(() => server.stop(true));

const thing = { id: "a", not_after: "2026-11-23T15:03:36Z", tags: { notAfter: "x", a_b: "y" } };
const thingInCode = {
  id: "a",
  notAfter: instant(Date.UTC(2026, 10, 23, 15, 3, 36)),
  tags: { notAfter: "x", a_b: "y" },
};

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a request", () => {
  test("of a read travels in the query, instants as RFC 3339 and lists as repeats", async () => {
    answer = () => Response.json({ data: [thing], total: 1 });
    const input = { perPage: 20, expiresBefore: thingInCode.notAfter, ids: ["a", "b"] };
    expect(await client(api, connection).list(input)).toEqual({ data: [thingInCode], total: 1 });
    expect(seen).toMatchObject({ method: "GET", path: "/api/v1/things", body: undefined });
    expect([...(seen?.query ?? [])]).toEqual([
      ["per_page", "20"],
      ["expires_before", "2026-11-23T15:03:36Z"],
      ["ids", "a"],
      ["ids", "b"],
    ]);
    expect(seen?.headers.get("authorization")).toBe("Bearer cck_secret");
  });

  test("of a write travels in the body; path parameters are escaped and stay out of it", async () => {
    answer = () => Response.json(thing);
    const { id: _, ...rest } = thingInCode;
    const output = await client(api, connection).change({ id: "a/b?c", partId: "p 1", ...rest });
    expect(output).toEqual(thingInCode);
    expect(seen?.path).toBe("/api/v1/things/a%2Fb%3Fc/parts/p%201");
    expect(seen?.body).toEqual({ not_after: thing.not_after, tags: thing.tags });
  });

  test("says null where a field is cleared", async () => {
    answer = () => Response.json({ ...thing, not_after: null });
    const output = await client(api, connection).change({ id: "a", partId: "p", notAfter: null });
    expect(output.notAfter).toBeNull();
    expect(seen?.body).toEqual({ not_after: null });
  });

  test("of a DELETE has no body, and an empty answer is null", async () => {
    answer = () => new Response(null, { status: 204 });
    expect(await client(api, connection).remove({ id: "a", force: true })).toBeNull();
    expect(seen?.body).toBeUndefined();
    expect(String(seen?.query)).toBe("force=true");
  });

  test("keeps the path of a server behind a prefix", async () => {
    answer = () => Response.json({ data: [], total: 0 });
    const behind = { ...connection, base: new URL("/pki/", server.url) };
    await client(api, behind).list({});
    expect(seen?.path).toBe("/pki/api/v1/things");
  });

  test("is not made without a path parameter", async () => {
    expect(await failure(exchange(connection, api.remove, { force: true }))).toBeInstanceOf(
      TypeError,
    );
  });
});

test("input types ask for what has no default, and for nothing else", () => {
  const enough: CallInput<typeof api.change> = { id: "a", partId: "p" };
  // @ts-expect-error partId has no default
  const tooLittle: CallInput<typeof api.change> = { id: "a" };
  expect([enough, tooLittle]).toHaveLength(2);
});

describe("a problem document", () => {
  const document = {
    type: "urn:certctl:problem:blocked-by-dependencies",
    title: "Blocked by dependencies",
    status: 409,
    detail: "two targets hang on it",
    request_id: "req-1",
    counts: { active_targets: 2 },
    errors: [{ path: "sans.0", message: "is no name" }],
  };

  test("becomes the Problem it was made from", async () => {
    answer = () => Response.json(document, { status: 409, headers: { "retry-after": "7" } });
    const error = await failure(client(api, connection).remove({ id: "a" }));
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({
      kind: "blocked-by-dependencies",
      detail: "two targets hang on it",
      errors: [{ path: "sans.0", message: "is no name" }],
      extra: { request_id: "req-1", counts: { active_targets: 2 }, retry_after: 7 },
    });
  });

  test("of a kind that is not known here becomes the kind of its status", async () => {
    answer = () =>
      Response.json({ ...document, type: "urn:certctl:problem:frozen" }, { status: 409 });
    expect(await failure(client(api, connection).remove({ id: "a" }))).toMatchObject({
      kind: "conflict",
    });
  });
});

describe("what is no answer of ours", () => {
  test.each([
    {
      name: "a defect of the server",
      make: () =>
        Response.json(
          { title: "Internal error", status: 500 },
          { status: 500, headers: { "x-request-id": "r9" } },
        ),
      expected: { reason: "defect", status: 500, requestId: "r9" },
    },
    {
      name: "a gateway's page",
      make: () => new Response("<html>", { status: 502 }),
      expected: { reason: "defect", status: 502 },
    },
    {
      name: "a page that is no JSON",
      make: () => new Response("<html>"),
      expected: { reason: "unintelligible", status: 200 },
    },
    {
      name: "JSON of another shape",
      make: () => Response.json({ data: [{ id: 1 }], total: 1 }),
      expected: { reason: "unintelligible", status: 200 },
    },
    {
      name: "a redirect, which is not followed",
      make: () => Response.redirect("https://elsewhere.example/", 302),
      expected: { reason: "unintelligible", status: 302 },
    },
  ])("$name", async ({ make, expected }) => {
    answer = make;
    const error = await failure(client(api, connection).list({}));
    expect(error).toBeInstanceOf(CallFailure);
    expect(error).toMatchObject(expected);
  });

  test("a closed port is unreachable", async () => {
    const gone = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const base = gone.url;
    await gone.stop(true);
    const error = await failure(client(api, { ...connection, base }).list({}));
    expect(error).toMatchObject({ name: "CallFailure", reason: "unreachable" });
  });

  test("silence ends with the time-out", async () => {
    answer = () => new Promise(() => {});
    const error = await failure(client(api, connection).list({}, { timeout: 30 }));
    expect(error).toMatchObject({ name: "CallFailure", reason: "timeout" });
  });

  test("the caller's own abort is the caller's own reason", async () => {
    answer = () => new Promise(() => {});
    const abort = new AbortController();
    const reason = new Error("stopping");
    setTimeout(() => abort.abort(reason), 10);
    expect(await failure(client(api, connection).list({}, { signal: abort.signal }))).toBe(reason);
  });
});

test("an operation that waits for approval is Deferred, with its job", async () => {
  answer = () => Response.json({ job_id: "job-1", job_url: "/api/v1/jobs/job-1" }, { status: 202 });
  const error = await failure(client(api, connection).change({ id: "a", partId: "p" }));
  expect(error).toBeInstanceOf(Deferred);
  expect(error).toMatchObject({ jobId: "job-1" });
});

test("a stream is read piece by piece, and may last longer than the time-out", async () => {
  answer = () =>
    new Response(
      new ReadableStream({
        async start(out) {
          out.enqueue(Buffer.from("k"));
          out.enqueue(Buffer.from("ä").subarray(0, 1));
          await Bun.sleep(80);
          out.enqueue(Buffer.from("ä").subarray(1));
          out.enqueue(Buffer.from("se\n"));
          out.close();
        },
      }),
      {
        headers: {
          "content-type": "text/csv",
          "content-disposition": 'attachment; filename="audit.csv"',
        },
      },
    );
  const stream = await client(api, connection).export({}, { timeout: 50 });
  expect(stream).toMatchObject({ mediaType: "text/csv", filename: "audit.csv" });
  let text = "";
  for await (const piece of stream.pieces) text += piece;
  expect(text).toBe("käse\n");
  expect(seen?.headers.get("accept")).toBe("text/csv, application/x-ndjson");
});
