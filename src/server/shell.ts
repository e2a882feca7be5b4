/**
 * What every request goes through outside of the routes: its id, its address, the limit of its address, and afterwards
 * security headers, counts and the log. An answer may come later; meanwhile nothing here holds the request itself.
 */
import type { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { Problem } from "#base/problem.ts";
import { type Instant, seconds } from "#base/time.ts";
import type { Later } from "#features/later.ts";
import type { World } from "#jobs/world.ts";
import { addressReader, type Door, requestIdOf, type Visit } from "./door.ts";
import { corsHeaders, secure } from "./headers.ts";
import { problemResponse } from "./problem-response.ts";
import { type Limit, rateLimiter } from "./rate-limit.ts";

export interface Env {
  readonly Bindings: {
    readonly door: Door;
    readonly visit: Visit;
    /** Answers with this instead, when it comes: the routes are done with the request. */
    postpone(answer: LaterAnswer): void;
  };
  readonly Variables: { requestId: string; address: string | null };
}

export interface LaterAnswer {
  readonly later: Later<unknown>;
  toResponse(output: unknown): Response;
}

/** The routes inside the shell. */
export type App = Hono<Env>;

export interface Shell {
  fetch(request: Request, env: { readonly door: Door }): Promise<Response>;
}

export interface ShellParts {
  readonly world: Pick<World, "log" | "clock" | "random" | "metrics">;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  /** Per address; undefined: none. */
  readonly limit: Limit | undefined;
}

export function shellOf(parts: ShellParts, routes: App): Shell {
  const { clock, random, metrics, log } = parts.world;
  const addressOf = addressReader(parts.trustedProxies);
  const perAddress = parts.limit && rateLimiter(parts.limit, clock);

  return {
    fetch(request, { door }) {
      // One promise for all: of each that waits there may be ten thousand.
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      serve(request, door, resolve).catch(reject);
      return promise;
    },
  };

  async function serve(request: Request, door: Door, reply: Reply): Promise<void> {
    const visit = begin(request, door);
    const wait = perAddress?.take(visit.address ?? "") ?? 0;
    if (wait > 0) return reply(finish(visit, limited(wait, visit)));
    let answer: LaterAnswer | undefined;
    const postpone = (it: LaterAnswer) => {
      answer = it;
    };
    const response = await routes.fetch(request, { door, visit, postpone });
    if (answer === undefined) reply(finish(visit, response));
    else replyLater(visit, answer, reply);
  }

  function begin(request: Request, door: Door): Visited {
    const { headers, method } = request;
    return {
      requestId: requestIdOf(headers.get("x-request-id"), clock, random),
      address: addressOf(door.peer, headers.get("x-forwarded-for")),
      began: clock.now(),
      door: door.name,
      origin: headers.get("origin"),
      method,
      path: getPath(request),
    };
  }

  function limited(wait: number, { requestId }: Visited): Response {
    metrics.count("certctl_rate_limited_total", { by: "address" });
    return problemResponse(tooMany(wait), requestId, log);
  }

  /** Apart from `serve`, so that what waits holds nothing of the request. */
  function replyLater(visit: Visited, answer: LaterAnswer, reply: Reply): void {
    answer.later.onEnd((ended) => {
      try {
        if ("error" in ended) throw ended.error;
        reply(finish(visit, answer.toResponse(ended.output)));
      } catch (error) {
        reply(finish(visit, problemResponse(error, visit.requestId, log)));
      }
    });
  }

  function finish(visit: Visited, response: Response): Response {
    const { requestId, address, door, method, path } = visit;
    secure(response, door !== "http");
    response.headers.set("x-request-id", requestId);
    const cors = corsHeaders(parts.corsOrigins, visit.origin);
    for (const [name, value] of Object.entries(cors ?? {})) response.headers.set(name, value);
    const { status } = response;
    metrics.count("certctl_http_requests_total", { door, status: `${Math.floor(status / 100)}xx` });
    const spent = (clock.now() - visit.began) / seconds(1);
    metrics.time("certctl_http_request_duration_seconds", { method }, spent);
    // What was done stands in the audit trail; what was refused stands nowhere else.
    const level = status >= 400 ? "info" : "debug";
    log[level]({ request_id: requestId, method, path, status, address, seconds: spent }, "request");
    return response;
  }
}

type Reply = (response: Response) => void;

/** What is remembered of a request until its answer leaves. */
interface Visited extends Visit {
  readonly began: Instant;
  readonly door: Door["name"];
  readonly origin: string | null;
  readonly method: string;
  readonly path: string;
}

export const tooMany = (wait: number): Problem =>
  new Problem(
    "too-many-requests",
    `slow down; try again in ${wait} ${wait === 1 ? "second" : "seconds"}`,
    {
      extra: { retry_after: wait },
    },
  );
