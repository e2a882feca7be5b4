/** The HTTP shell: every request gets an id, an address, limits and headers; operations are mounted from contracts. */
import { Hono } from "hono";
import type { Contract } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { seconds } from "#base/time.ts";
import type { Operation } from "#features/handler.ts";
import { type Runner, run } from "#features/run.ts";
import { type Identify, type Identity, requireCsrf } from "./authenticate.ts";
import { addressReader, type Door, requestIdOf } from "./door.ts";
import { corsHeaders, secure } from "./headers.ts";
import { type OwnSite, requireOwnName, requireOwnSite } from "./own-site.ts";
import { problemResponse } from "./problem-response.ts";
import { type Limit, rateLimiter } from "./rate-limit.ts";
import { answerOf, ifMatchOf, rawInput } from "./rest.ts";

export interface Env {
  readonly Bindings: { readonly door: Door };
  readonly Variables: { requestId: string; address: string | null };
}
export type App = Hono<Env>;

export interface AppParts {
  readonly runner: Runner;
  readonly operations: readonly Operation[];
  readonly identify: Identify;
  readonly maxBody: number;
  readonly site: OwnSite;
  readonly trustedProxies: readonly string[];
  /** Aborts when the server begins to stop: what only waits ends at once, what works gets its time. */
  readonly stopping: AbortSignal;
  /** Undefined: no limits. */
  readonly limits: { readonly address: Limit; readonly principal: Limit } | undefined;
  /** Pages, assets, documents: mounted before the operations. */
  readonly mounts: readonly ((app: App) => void)[];
}

const usualTime = seconds(30);

export function appOf(parts: AppParts): App {
  const app: App = new Hono<Env>();
  const { log, clock, random, metrics } = parts.runner.world;
  const addressOf = addressReader(parts.trustedProxies);
  const perAddress = parts.limits && rateLimiter(parts.limits.address, clock);

  app.use(async (c, next) => {
    const { door } = c.env;
    const began = clock.now();
    const requestId = requestIdOf(c.req.header("x-request-id") ?? null, clock, random);
    const address = addressOf(door.peer, c.req.header("x-forwarded-for") ?? null);
    c.set("requestId", requestId);
    c.set("address", address);
    const wait = perAddress?.take(address ?? "") ?? 0;
    if (wait > 0) c.res = limited(wait, requestId, "address");
    else await next();
    finish(c.req.raw, c.res, { door, requestId });
    metrics.count("certctl_http_requests_total", {
      door: door.name,
      status: `${Math.floor(c.res.status / 100)}xx`,
    });
    const spent = (clock.now() - began) / seconds(1);
    metrics.time("certctl_http_request_duration_seconds", { method: c.req.method }, spent);
    log.debug(
      {
        request_id: requestId,
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        address,
        seconds: spent,
      },
      "request",
    );
  });

  function limited(wait: number, requestId: string, by: string): Response {
    metrics.count("certctl_rate_limited_total", { by });
    return problemResponse(tooMany(wait), requestId, log);
  }

  function finish(
    request: Request,
    response: Response,
    at: { door: Door; requestId: string },
  ): void {
    secure(response, at.door.name !== "http");
    response.headers.set("x-request-id", at.requestId);
    const cors = corsHeaders(parts.site.corsOrigins, request.headers.get("origin"));
    for (const [name, value] of Object.entries(cors ?? {})) response.headers.set(name, value);
  }

  app.use(async (c, next) => {
    // What the plain door has is for everybody.
    if (c.env.door.name !== "http") requireOwnName(parts.site, c.req.raw);
    await next();
  });
  app.options("*", (c) => c.body(null, 204));
  for (const mount of parts.mounts) mount(app);
  mountOperations(app, parts);
  app.notFound((c) => {
    const problem = new Problem("not-found", `there is nothing at ${c.req.path}`);
    return problemResponse(problem, c.get("requestId"), log);
  });
  app.onError((error, c) => problemResponse(error, c.get("requestId"), log));
  return app;
}

const tooMany = (wait: number) =>
  new Problem("too-many-requests", `slow down; try again in ${wait} seconds`, {
    extra: { retry_after: wait },
  });

/** Fixed segments before parameters, so that /agents/retired is not the agent "retired". */
function bySpecificity(a: { path: string }, b: { path: string }): number {
  return shapeOf(a.path) < shapeOf(b.path) ? -1 : 1;
}

const shapeOf = (path: string): string => path.replace(/:\w+/g, "~");

function mountOperations(app: App, parts: AppParts): void {
  const { world } = parts.runner;
  const perPrincipal = parts.limits && rateLimiter(parts.limits.principal, world.clock);
  const routes = parts.operations
    .flatMap((operation) =>
      [operation.contract.path, ...(operation.contract.aliases ?? [])].map((path) => ({
        path,
        operation,
      })),
    )
    .sort(bySpecificity);
  const methods = new Map<string, string[]>();
  for (const { path, operation } of routes) {
    const { contract } = operation;
    methods.set(path, [...(methods.get(path) ?? []), contract.method]);
    app.on(contract.method, path, async (c) => {
      c.env.door.extend(contract.patience ?? usualTime);
      const identity = await parts.identify(c.req.raw, c.get("address"));
      const { actor } = identity;
      const wait =
        actor.type === "anonymous" ? 0 : (perPrincipal?.take(`${actor.type}:${actor.id}`) ?? 0);
      if (wait > 0) {
        world.metrics.count("certctl_rate_limited_total", { by: "principal" });
        throw tooMany(wait);
      }
      guardCookie(contract, identity, parts.site, c.req.raw);
      const raw = await rawInput(contract, c.req.raw, c.req.param(), parts.maxBody);
      const call = {
        actor,
        requestId: c.get("requestId"),
        address: c.get("address"),
        signal: AbortSignal.any([
          c.req.raw.signal,
          AbortSignal.timeout(contract.patience ?? usualTime),
          ...(isPoll(contract) ? [parts.stopping] : []),
        ]),
        ifMatch: ifMatchOf(c.req.header("if-match") ?? null),
        idempotencyKey: c.req.header("idempotency-key"),
      };
      const outcome = await run(parts.runner, operation, call, raw);
      return answerOf(operation, outcome, c.req.query("fields"));
    });
  }
  for (const [path, allowed] of methods) {
    app.all(path, (c) => {
      const problem = new Problem("method-not-allowed", `use ${allowed.join(", ")}`);
      const response = problemResponse(problem, c.get("requestId"), world.log);
      response.headers.set("allow", allowed.join(", "));
      return response;
    });
  }
}

/** An agent that waits for work. */
const isPoll = ({ effect, method }: Contract): boolean => effect === "direct" && method === "GET";

/** A browser sends its cookie whoever made the page: what changes something needs the session's token as well. */
function guardCookie(
  contract: Contract,
  identity: Identity,
  site: OwnSite,
  request: Request,
): void {
  if (contract.method === "GET") return;
  if (identity.actor.type !== "anonymous") requireOwnSite(site, request);
  requireCsrf(identity, request.headers.get("x-csrf-token"));
}
