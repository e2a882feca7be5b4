/**
 * One exchange with a server: the request that a contract describes, and the answer as it travelled. Follows no
 * redirect: the credential would travel along. Retries nothing: whoever calls knows whether a repeat is harmless.
 */
import { toSnake } from "./case.ts";
import { textsOfEntries } from "./coerce.ts";
import { type Contract, pathParameters, travelsInQuery } from "./contract.ts";
import { Problem } from "./problem.ts";
import { problemOf } from "./problem-document.ts";
import type { ByteStream } from "./stream.ts";
import { type Milliseconds, seconds } from "./time.ts";

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface Connection {
  readonly base: URL;
  /** Already knows which certificates to trust. */
  readonly fetch: Fetch;
  /** Sent as a Bearer token. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Until the answer is read; of a stream, until it begins. Default: the contract's patience and 10 s, else 30 s. */
  readonly timeout?: Milliseconds | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `timeout` and `unreachable` may pass; `defect` is the server's 5xx without a problem; `unintelligible` is not our server. */
export type FailureReason = "unreachable" | "timeout" | "defect" | "unintelligible";

/** No answer, or none that a contract explains. What the server refuses in its own words is a `Problem`. */
export class CallFailure extends Error {
  readonly reason: FailureReason;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor(
    reason: FailureReason,
    message: string,
    options: { cause?: unknown; status?: number; requestId?: string | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "CallFailure";
    this.reason = reason;
    this.status = options.status;
    this.requestId = options.requestId;
  }
}

/** An answer as it travelled: JSON in snake_case, null when there is none; or a stream. */
export interface Reply {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly etag: string | undefined;
  readonly body: unknown;
  readonly stream: ByteStream | undefined;
}

/** Calls one operation with input as it travels (snake_case) and gives the answer as it travelled. */
export async function exchange(
  connection: Connection,
  contract: Contract,
  wire: unknown,
  options: CallOptions = {},
): Promise<Reply> {
  const { url, body } = requestOf(connection.base, contract, wire);
  const deadline = AbortSignal.timeout(options.timeout ?? patienceOf(contract));
  const abort = new AbortController();
  const onDeadline = () => abort.abort(deadline.reason);
  deadline.addEventListener("abort", onDeadline, { once: true });
  const signals = options.signal ? [abort.signal, options.signal] : [abort.signal];
  try {
    const response = await connection.fetch(url, {
      method: contract.method,
      headers: headersOf(connection, contract, options, body),
      body: body ?? null,
      redirect: "manual",
      signal: AbortSignal.any(signals),
    });
    return await replyOf(contract, url, response);
  } catch (error) {
    throw translated(error, { url, deadline, signal: options.signal });
  } finally {
    // A stream goes on after its beginning for as long as its caller reads.
    deadline.removeEventListener("abort", onDeadline);
  }
}

function patienceOf(contract: Contract): Milliseconds {
  return contract.patience === undefined ? seconds(30) : contract.patience + seconds(10);
}

function requestOf(
  base: URL,
  contract: Contract,
  wire: unknown,
): { url: URL; body: string | undefined } {
  // What `toWire` makes of an object is an object; the spread copies it.
  const rest: Record<string, unknown> = { ...(wire as Record<string, unknown>) };
  let path = contract.path;
  for (const name of pathParameters(contract.path)) {
    const key = toSnake(name);
    const value = rest[key];
    if (typeof value !== "string" || value === "") {
      throw new TypeError(`${contract.name} needs ${key}`);
    }
    path = path.replace(`:${name}`, () => encodeURIComponent(value));
    delete rest[key];
  }
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}${path}`;
  if (!travelsInQuery(contract)) return { url, body: JSON.stringify(rest) };
  for (const [key, value] of Object.entries(rest)) {
    for (const text of textsOf(value)) url.searchParams.append(key, text);
  }
  return { url, body: undefined };
}

/** How a value stands in a query: lists as repeats, maps as `key=value`, the rest as text. `coerce` reads it back. */
function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return textsOfEntries(value.flatMap(textsOf));
  if (typeof value !== "object") return [String(value)];
  return textsOfEntries(Object.entries(value).map(([key, it]) => `${key}=${it}`));
}

function headersOf(
  connection: Connection,
  contract: Contract,
  options: CallOptions,
  body: string | undefined,
): Record<string, string> {
  const { answer } = contract;
  return {
    accept: typeof answer === "object" ? answer.stream.join(", ") : "application/json",
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(connection.token !== undefined && { authorization: `Bearer ${connection.token}` }),
    ...connection.headers,
    ...options.headers,
  };
}

async function replyOf(contract: Contract, url: URL, response: Response): Promise<Reply> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const { status } = response;
  if (response.ok && typeof contract.answer === "object") {
    return { status, requestId, etag: undefined, body: null, stream: streamOf(url, response) };
  }
  const text = await response.text();
  const json = parseJson(text);
  if (response.ok && json !== undefined) {
    const etag = response.headers.get("etag") ?? undefined;
    return { status, requestId, etag, body: json, stream: undefined };
  }
  const problem = problemOf(status, json, response.headers);
  if (problem) throw problem;
  const reason = status >= 500 ? "defect" : "unintelligible";
  const location = response.headers.get("location");
  const what = location ? `redirects to ${location}` : `answered ${status} without a problem`;
  throw new CallFailure(reason, `${url.origin}${url.pathname} ${what}`, { status, requestId });
}

/** Undefined when it is no JSON; an empty body (204) is null. */
function parseJson(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function streamOf(url: URL, response: Response): ByteStream {
  const filename = /filename="([^"]*)"/.exec(response.headers.get("content-disposition") ?? "");
  return {
    mediaType: response.headers.get("content-type") ?? "application/octet-stream",
    filename: filename?.[1] ?? "",
    pieces: piecesOf(url, response.body),
  };
}

async function* piecesOf(url: URL, body: Response["body"]): AsyncIterable<string> {
  if (body === null) return;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new CallFailure("unreachable", `${url.origin} broke off its answer`, { cause });
  }
  yield decoder.decode();
}

interface Circumstances {
  readonly url: URL;
  readonly deadline: AbortSignal;
  readonly signal: AbortSignal | undefined;
}

function translated(error: unknown, { url, deadline, signal }: Circumstances): unknown {
  if (error instanceof CallFailure || error instanceof Problem) {
    return error;
  }
  if (signal?.aborted) return signal.reason;
  if (deadline.aborted) {
    return new CallFailure("timeout", `${url.origin} did not answer in time`, { cause: error });
  }
  const why = error instanceof Error ? error.message : String(error);
  return new CallFailure("unreachable", `cannot reach ${url.origin}: ${why}`, { cause: error });
}
