/** What all pages share, and who a request comes from: identity, form token, the calls made for it. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Contract, Output } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { newToken } from "#base/random.ts";
import { type Milliseconds, seconds } from "#base/time.ts";
import type { Authenticator } from "#features/access/authenticate.ts";
import type { Call, Outcome } from "#features/call.ts";
import { scopeOf } from "#features/context.ts";
import type { Operation } from "#features/handler.ts";
import { type Runner, run } from "#features/run.ts";
import type { NavEntry, NavGroup, Theme } from "#views/chrome.ts";
import type { Frame, SentForm } from "#views/frame.ts";
import { csrfTokenOf, type Identify, type Identity, maskToken } from "../authenticate.ts";
import type { Env } from "../shell.ts";
import type { Page, Visit } from "./page.ts";

export interface PagesParts {
  readonly runner: Runner;
  readonly operations: readonly Operation[];
  readonly identify: Identify;
  readonly authenticator: Authenticator;
  readonly authType: "api-key" | "none";
  readonly maxBody: number;
  /** Of the server, as every page says it. */
  readonly version: string;
}

export interface Site {
  readonly parts: PagesParts;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly pages: readonly Page[];
  readonly nav: readonly Place[];
  readonly version: string;
}

/** An entry of the navigation; shown to whoever may call the contract. */
export interface Place extends NavEntry {
  readonly group: string | undefined;
  readonly contract: Contract;
}

export type Request = Context<Env>;

/** Whoever has no session gets a token of their own, so that their forms cannot be sent by another site either. */
const formCookie = "__Host-certctl-form";

export interface Visitor {
  readonly identity: Identity;
  /** What forms carry. */
  readonly csrf: string;
  /** To be set with the answer. */
  readonly cookies: readonly string[];
}

export async function visitorOf(site: Site, c: Request): Promise<Visitor> {
  const identity = await site.parts.identify(c.req.raw, c.get("address"));
  return withToken(site, c, identity);
}

export function withToken(site: Site, c: Request, identity: Identity): Visitor {
  if (identity.csrfToken !== undefined) {
    return { identity, csrf: identity.csrfToken, cookies: [] };
  }
  const known = getCookie(c, formCookie);
  const secret = known ?? newToken("ccf", site.parts.runner.world.random);
  const cookies = known === undefined ? [cookie(formCookie, secret)] : [];
  return { identity, csrf: csrfTokenOf(secret), cookies };
}

/** Lasts until the browser ends; an empty value forgets it. */
export function cookie(name: string, value: string): string {
  const age = value === "" ? "; Max-Age=0" : "";
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age}`;
}

const usualTime = seconds(30);

/** Runs an operation as the visitor, exactly as REST would. */
export async function call(
  site: Site,
  c: Request,
  identity: Identity,
  it: {
    readonly contract: Contract;
    readonly input: unknown;
    readonly revision?: number | undefined;
  },
): Promise<Outcome> {
  const operation = site.operations.get(it.contract.name);
  if (!operation) throw new Problem("not-found", `there is no operation ${it.contract.name}`);
  const patience: Milliseconds = it.contract.patience ?? usualTime;
  c.env.door.extend(patience);
  const about: Call = {
    actor: identity.actor,
    requestId: c.get("requestId"),
    address: c.get("address"),
    signal: AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(patience)]),
    ifMatch: it.revision,
  };
  const outcome = await run(site.parts.runner, operation, about, it.input);
  if (outcome.kind === "waiting") throw new Error(`${it.contract.name} is for machines`);
  return outcome;
}

/** What the operation of `contract` returned; reads and secrets are never deferred. */
export function outputOf<C extends Contract>(contract: C, outcome: Outcome): Output<C> {
  if (outcome.kind === "deferred") throw new Error(`${contract.name} waits for approval`);
  // The runner ran the operation bound to this contract.
  return outcome.output as Output<C>;
}

export interface At {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
}

export function visitOf(
  site: Site,
  c: Request,
  visitor: Visitor,
  at: At & { readonly sent: SentForm | undefined },
): Visit {
  const { world } = site.parts.runner;
  const { actor } = visitor.identity;
  const search = at.query.toString();
  const frame: Frame = {
    now: world.clock.now(),
    nonce: Buffer.from(world.random.bytes(16)).toString("base64"),
    csrf: maskToken(visitor.csrf, world.random),
    here: search === "" ? at.path : `${at.path}?${search}`,
    sent: at.sent,
    may: (contract) => may(visitor.identity, contract),
  };
  const read = async <C extends Contract>(contract: C, input: object = {}) => {
    return outputOf(contract, await call(site, c, visitor.identity, { contract, input }));
  };
  const nav = navFor(site, frame);
  return { frame, actor, nav, path: at.path, params: at.params, query: at.query, read };
}

/** The runner decides; this only spares people what they would be refused. */
function may({ actor }: Identity, { permission, scope }: Contract): boolean {
  if (permission === "public") return true;
  if (permission === "agent" || actor.type === "anonymous" || actor.type === "agent") return false;
  if (permission === "self") return true;
  const granted = scopeOf(actor, permission);
  return granted !== undefined && (scope !== "global" || granted === "all");
}

/** What the visitor may go to, in its groups. */
function navFor(site: Site, frame: Frame): readonly NavGroup[] {
  const open = site.nav.filter((it) => frame.may(it.contract));
  const titles = [...new Set(open.map((it) => it.group))];
  return titles.map((title) => ({ title, entries: open.filter((it) => it.group === title) }));
}

export const themeCookie = "certctl-theme";

export function themeOf(c: Request): Theme {
  const chosen = getCookie(c, themeCookie);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}
