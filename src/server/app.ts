/** The routes: operations are mounted from contracts, beside pages and documents. */
import { Hono } from "hono";
import type { Contract } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { type Clock, seconds } from "#base/time.ts";
import type { Operation } from "#features/handler.ts";
import type { Later } from "#features/later.ts";
import { type Runner, run } from "#features/run.ts";
import { type Identify, type Identity, requireCsrf } from "./authenticate.ts";
import { withDeadline } from "./deadline.ts";
import { type OwnSite, requireOwnName, requireOwnSite } from "./own-site.ts";
import { problemResponse } from "./problem-response.ts";
import { type Limit, rateLimiter } from "./rate-limit.ts";
import { answerOf, ifMatchOf, rawInput } from "./rest.ts";
import { type App, type Env, type LaterAnswer, type Shell, shellOf, tooMany } from "./shell.ts";

export interface AppParts {
  readonly runner: Runner;
  readonly operations: readonly Operation[];
  readonly identify: Identify;
  readonly maxBody: number;
  readonly site: OwnSite;
  readonly trustedProxies: readonly string[];
  /** Undefined: no limits. */
  readonly limits: { readonly address: Limit; readonly principal: Limit } | undefined;
  /** Pages, assets, documents: mounted before the operations. */
  readonly mounts: readonly ((app: App) => void)[];
}

const usualTime = seconds(30);

export function appOf(parts: AppParts): Shell {
  const app: App = new Hono<Env>();
  const { world } = parts.runner;
  app.use(async (c, next) => {
    const { requestId, address } = c.env.visit;
    c.set("requestId", requestId);
    c.set("address", address);
    // What the plain door has is for everybody.
    if (c.env.door.name !== "http") requireOwnName(parts.site, c.req.raw);
    await next();
  });
  app.options("*", (c) => c.body(null, 204));
  for (const mount of parts.mounts) mount(app);
  mountOperations(app, parts);
  app.notFound((c) => {
    const problem = new Problem("not-found", `there is nothing at ${c.req.path}`);
    return problemResponse(problem, c.get("requestId"), world.log);
  });
  app.onError((error, c) => problemResponse(error, c.get("requestId"), world.log));
  const { trustedProxies, site, limits } = parts;
  const { corsOrigins } = site;
  return shellOf({ world, trustedProxies, corsOrigins, limit: limits?.address }, app);
}

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
        ifMatch: ifMatchOf(c.req.header("if-match") ?? null),
        idempotencyKey: c.req.header("idempotency-key"),
      };
      const outcome = await inTime(world.clock, contract, c.req.raw.signal, (signal) =>
        run(parts.runner, operation, { ...call, signal }, raw),
      );
      const fields = c.req.query("fields");
      if (outcome.kind !== "waiting") return answerOf(operation, outcome, fields);
      c.env.postpone(answerLater(operation, outcome.later, fields));
      // Nobody sees it.
      return c.body(null, 202);
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

/** Apart from the handler, so that what waits holds nothing of the request. */
const answerLater = (
  operation: Operation,
  later: Later<unknown>,
  fields: string | undefined,
): LaterAnswer => ({
  later,
  toResponse: (output) => answerOf(operation, { kind: "done", output }, fields),
});

function inTime<T>(
  clock: Clock,
  { effect, method, answer, patience = usualTime }: Contract,
  request: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // A poll keeps its time itself: thousands wait, and one signal is what each can have.
  if (effect === "direct" && method === "GET") return work(request);
  // A stream goes on when its operation has ended.
  if (typeof answer === "object") {
    return work(AbortSignal.any([request, AbortSignal.timeout(patience)]));
  }
  return withDeadline(clock, request, patience, work);
}

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
