/**
 * `POST /ui/<operation>`: a form to the runner and back. Refuses what another site sent; shows a refused form again with
 * what was typed, secrets excepted; asks for a new sign-in without losing the form.
 */
import type { Contract } from "#base/contract.ts";
import { type FieldError, invalid, Problem } from "#base/problem.ts";
import { toWire } from "#base/wire.ts";
import { findIssuerKind } from "#connectors/issuers/index.ts";
import { findTarget } from "#connectors/targets/index.ts";
import type { Outcome } from "#features/call.ts";
import { fieldsOf, type Nested } from "#views/fields.ts";
import type { SentForm, Texts } from "#views/frame.ts";
import { csrfTokenOf, isToken, readCookie, requireCsrf, sessionCookie } from "./authenticate.ts";
import { readBytes } from "./body.ts";
import { baseIn, lastChange, settle } from "./pages/conflict.ts";
import { destinationOf } from "./pages/destinations.ts";
import { type Done, doneCookie, nameBefore, nameIn, toCookie, undoOf } from "./pages/done.ts";
import { readForm, secretNames } from "./pages/form-input.ts";
import { toIds } from "./pages/lookups.ts";
import { localPath } from "./pages/page.ts";
import type { Posted } from "./pages/posted.ts";
import { signInAgain, startSession, stopSession } from "./pages/session.tsx";
import { showAt, shownProblem } from "./pages/show.tsx";
import { shownOnce } from "./pages/shown-once.tsx";
import {
  call,
  cookie,
  type Request,
  type Site,
  type Visitor,
  visitOf,
  visitorOf,
} from "./pages/site.ts";
import type { App } from "./shell.ts";

/** Machine operations that people do in pages. */
const sessions: Readonly<Record<string, typeof startSession | undefined>> = {
  "sessions.create": startSession,
  "sessions.end": stopSession,
};

export function mountForms(app: App, site: Site): void {
  app.post("/ui/:operation", async (c) => {
    requireOwnSite(c);
    const operation = site.operations.get(c.req.param("operation"));
    const contract = operation?.contract;
    const isForm = contract?.effect === "write" && (!contract.machine || contract.name in sessions);
    if (!contract || !isForm) throw new Problem("not-found", "there is no such form");
    const sent = await readSent(c, site.parts.maxBody);
    const visitor = await visitorOf(site, c);
    const named = await toIds(visitOf(site, c, visitor, nowhere), sent.texts);
    const posted = postedOf(contract, { ...sent, ...named });
    const { actor } = visitor.identity;
    if (actor.type === "anonymous" && contract.permission !== "public") {
      return await signInAgain(site, c, visitor, sentOf(posted, undefined), posted.control);
    }
    return await perform(site, c, visitor, posted);
  });
}

/** Browsers say where a form comes from; whoever does not say is stopped by the token. */
function requireOwnSite(c: Request): void {
  const from = c.req.header("sec-fetch-site");
  if (from === undefined || from === "same-origin" || from === "none") return;
  throw new Problem("forbidden", "the form was sent by another site");
}

/** Reading for a form is done on no page. */
const nowhere = { path: "/", query: new URLSearchParams(), params: {}, sent: undefined };

interface Sent {
  readonly texts: Texts;
  readonly control: Posted["control"];
}

async function readSent(c: Request, limit: number): Promise<Sent> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new Problem("unsupported-media-type", "send application/x-www-form-urlencoded");
  }
  const bytes = await readBytes(c.req.raw, limit);
  const all = new URLSearchParams(new TextDecoder().decode(bytes));
  const names = [...new Set(all.keys())];
  const texts = Object.fromEntries(
    names.filter((it) => !it.startsWith("_")).map((name) => [name, all.getAll(name)]),
  );
  const control = Object.fromEntries(
    names.filter((it) => it.startsWith("_")).map((name) => [name.slice(1), all.get(name) ?? ""]),
  );
  return { texts, control };
}

function postedOf(
  contract: Contract,
  { texts, control, errors }: Sent & { readonly errors: readonly FieldError[] },
): Posted {
  const fields = fieldsOf(contract, nestedOf(contract, texts));
  const base = baseIn(control["base"]);
  const settled = base === undefined ? texts : settle(fields, { texts, base, control });
  const input = readForm(fields, settled);
  const all = { ...input, errors: [...errors, ...input.errors] };
  return { contract, texts: settled, control, base, fields, input: all };
}

/** The schema of a configuration follows from the type that the form names; without its fields it is JSON. */
function nestedOf(contract: Contract, texts: Texts): Nested {
  if (!Object.keys(texts).some((name) => name.startsWith("config."))) return {};
  const type = texts["type"]?.[0] ?? "";
  const kind = contract.name.startsWith("issuers.") ? findIssuerKind(type) : findTarget(type);
  return kind ? { config: kind.config } : {};
}

async function perform(
  site: Site,
  c: Request,
  visitor: Visitor,
  posted: Posted,
): Promise<Response> {
  try {
    requireToken(c, visitor, posted.control["csrf"]);
    const unknown = unknownNames(posted);
    if (unknown.length > 0 || posted.input.errors.length > 0) {
      throw invalidForm([...unknown, ...posted.input.errors]);
    }
    const session = sessions[posted.contract.name];
    if (session) return await session(site, c, visitor, posted);
    const { contract } = posted;
    const revision = revisionOf(posted.control["revision"]);
    const input = posted.input.raw;
    const name = await nameBefore(visitOf(site, c, visitor, nowhere), contract, input["id"]);
    const outcome = await call(site, c, visitor.identity, { contract, input, revision });
    return await succeed(site, c, visitor, { posted, outcome, name });
  } catch (error) {
    return await refuse(site, c, visitor, { posted, error });
  }
}

/** The token of the session, or of the visitor without one. The cookie counts even when the session has ended meanwhile. */
function requireToken(c: Request, visitor: Visitor, given: string | undefined): void {
  const session = readCookie(c.req.header("cookie") ?? null, sessionCookie);
  const own = { actor: visitor.identity.actor, csrfToken: visitor.csrf };
  if (session !== undefined && isToken(csrfTokenOf(session), given)) return;
  requireCsrf(own, given);
}

function unknownNames({ contract, texts }: Posted): readonly FieldError[] {
  const known = new Set(fieldsOf(contract).map(({ key }) => key));
  return Object.keys(texts)
    .filter((name) => !known.has(name.split(".")[0] ?? ""))
    .map((path) => ({ path, message: `is not a field of ${contract.name}` }));
}

function invalidForm(errors: readonly FieldError[]): Problem {
  return new Problem("invalid-input", "the form cannot be read", { errors });
}

function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid("_revision", "is no number");
}

async function succeed(
  site: Site,
  c: Request,
  visitor: Visitor,
  it: { readonly posted: Posted; readonly outcome: Outcome; readonly name: string },
): Promise<Response> {
  const { contract, input, control } = it.posted;
  const { name } = it;
  const done = { operation: contract.name, name, isUndo: control["undo"] !== undefined };
  if (it.outcome.kind === "deferred") {
    return redirect(`/jobs/${it.outcome.jobId}`, { ...done, isDeferred: true });
  }
  const secret = await shownOnce(site, c, visitor, { contract, outcome: it.outcome, input });
  if (secret) return secret;
  const output: unknown = toWire(contract.output, it.outcome.output);
  const result = { ...input.raw, ...(typeof output === "object" ? output : {}) };
  await goOn(site, c, visitor, { posted: it.posted, result });
  // What was made may be named in the address of the page to go to.
  const made = encodeURIComponent(String(Reflect.get(result, "id") ?? ""));
  const next =
    localPath(control["next"]?.replaceAll("{id}", made)) ?? destinationOf(contract.name, result);
  const undo = undoOf(it.posted, result);
  return redirect(next ?? localPath(control["from"]) ?? "/", {
    ...done,
    name: nameIn(result) ?? name,
    ...(undo ? { undo } : {}),
  });
}

/** What a form may ask to be done with the thing that it made, at once. */
const followUps: Readonly<Record<string, string | undefined>> = {
  "targets.create": "targets.test",
  "issuers.create": "issuers.test",
};

/** The thing is there whatever comes of it: its own page then says that it was not tested. */
async function goOn(
  site: Site,
  c: Request,
  visitor: Visitor,
  {
    posted,
    result,
  }: { readonly posted: Posted; readonly result: Readonly<Record<string, unknown>> },
): Promise<void> {
  const then = posted.control["then"];
  if (then === undefined || then !== followUps[posted.contract.name]) return;
  const contract = site.operations.get(then)?.contract;
  if (!contract) return;
  try {
    await call(site, c, visitor.identity, { contract, input: { id: result["id"] } });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** 303: the next page is a GET, and loading it again does nothing twice. */
function redirect(location: string, done: Done): Response {
  return new Response(null, {
    status: 303,
    headers: { location, "set-cookie": cookie(doneCookie, toCookie(done)) },
  });
}

async function refuse(
  site: Site,
  c: Request,
  visitor: Visitor,
  it: { readonly posted: Posted; readonly error: unknown },
): Promise<Response> {
  const problem = shownProblem(site, c, it.error);
  const sent = sentOf(it.posted, { ...problem, errors: plainer(it.posted, problem.errors) });
  const from = localPath(it.posted.control["from"]) ?? "/";
  const changed =
    problem.status === 412 ? await lastChange(site, c, visitor, it.posted) : undefined;
  return await showAt(site, c, visitor, from, {
    sent: { ...sent, changed },
    status: problem.status,
  });
}

/** What is missing is said as that, not as what its type would have been. */
function plainer({ input }: Posted, errors: readonly FieldError[]): readonly FieldError[] {
  return errors.map((it) => {
    const typed = input.texts[it.path];
    const isEmpty = typed?.every((text) => text.trim() === "") ?? false;
    // What a rule says of an empty value is beside the point; any other message says more.
    const isRule = /^([A-Z]|must )/.test(it.message);
    return isEmpty && isRule ? { path: it.path, message: "is required" } : it;
  });
}

/** What is shown again: everything but secrets. */
function sentOf(posted: Posted, problem: SentForm["problem"]): SentForm {
  const { contract, texts, input } = posted;
  const hidden = new Set(secretNames(fieldsOf(contract, nestedOf(contract, texts))));
  const kept = Object.entries(input.texts).filter(([name]) => !hidden.has(name));
  return { operation: contract.name, values: Object.fromEntries(kept), problem, base: posted.base };
}
