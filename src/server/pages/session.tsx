/** Signing in and out by form. A form that met an ended session is carried through the new sign-in and shown again. */
/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { accessApi } from "#features/access/api.ts";
import { anonymous } from "#features/context.ts";
import { SignInPage } from "#views/access/sign-in.tsx";
import type { SentForm, Texts } from "#views/frame.ts";
import { csrfTokenOf, sessionCookie } from "../authenticate.ts";
import { TextsSchema } from "./conflict.ts";
import { localPath, longestPath } from "./page.ts";
import type { Posted } from "./posted.ts";
import { respond, type ShowOptions, showAt, shownProblem } from "./show.tsx";
import {
  call,
  cookie,
  outputOf,
  type Request,
  type Site,
  type Visitor,
  visitOf,
  withToken,
} from "./site.ts";

/** The form that waits for its sender to sign in: it travels in the page, nothing is kept. */
const Carried = z.strictObject({
  operation: z.string().max(100),
  from: z.string().max(longestPath),
  values: TextsSchema,
  base: TextsSchema.optional(),
});
type Carried = z.output<typeof Carried>;

/** Shows the sign-in page with the form inside. It is not sent on its own: the person looks at it and sends it again. */
export async function signInAgain(
  site: Site,
  c: Request,
  visitor: Visitor,
  sent: SentForm,
  control: Posted["control"],
): Promise<Response> {
  const from = localPath(control["from"]) ?? "/";
  const values = copyOf(sent.values);
  const carried: Carried = {
    operation: sent.operation,
    from,
    values,
    ...(sent.base ? { base: copyOf(sent.base) } : {}),
  };
  const note = "Your session has ended. Sign in again: what you typed is kept.";
  const about = { operation: accessApi.signIn.name, values: {}, problem: undefined, note };
  return await signInPage(site, c, visitor, { carried, next: from, sent: about, status: 401 });
}

const copyOf = (texts: Texts) =>
  Object.fromEntries(Object.entries(texts).map(([name, all]) => [name, [...all]]));

interface SignIn extends ShowOptions {
  readonly carried?: Carried | undefined;
  readonly next: string;
  readonly status: number;
}

async function signInPage(site: Site, c: Request, visitor: Visitor, it: SignIn): Promise<Response> {
  const query = new URLSearchParams(it.next === "/" ? {} : { next: it.next });
  const place = { path: "/signin", query, params: {} };
  const visit = visitOf(site, c, visitor, { ...place, sent: it.sent });
  const carry = it.carried && JSON.stringify(it.carried);
  const body = <SignInPage frame={visit.frame} next={it.next} carry={carry} />;
  return await respond(site, c, visitor, { title: "Sign in", body, status: it.status, visit });
}

/** `sessions.create`: a cookie and on to where the person wanted to go. */
export async function startSession(
  site: Site,
  c: Request,
  visitor: Visitor,
  posted: Posted,
): Promise<Response> {
  const next = localPath(posted.control["next"]) ?? "/";
  const carried = carriedIn(posted.control["carry"]);
  const name = posted.texts["name"]?.[0] ?? "";
  const typed = { operation: accessApi.signIn.name, values: { name: [name] } };
  try {
    const token = await openSession(site, c, posted.input.raw);
    if (!carried) return enter(token, next);
    return await resume(site, c, token, carried);
  } catch (error) {
    const problem = shownProblem(site, c, error);
    const sent = { ...typed, problem };
    return await signInPage(site, c, visitor, { carried, next, sent, status: problem.status });
  }
}

/** Signs in as the setup's new administrator, or as whoever sent the form. Throws a Problem in words for people. */
export async function openSession(
  site: Site,
  c: Request,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const userAgent = c.req.header("user-agent")?.slice(0, 300) ?? "";
  const outcome = await call(
    site,
    c,
    { actor: anonymous, csrfToken: undefined },
    { contract: accessApi.signIn, input: { ...input, user_agent: userAgent } },
  );
  return outputOf(accessApi.signIn, outcome).token;
}

export const sessionCookieOf = (token: string): string => cookie(sessionCookie, token);

function enter(token: string, next: string): Response {
  const headers = { location: next, "set-cookie": sessionCookieOf(token) };
  return new Response(null, { status: 303, headers });
}

/** Back to the page of the carried form, with what was typed. */
async function resume(
  site: Site,
  c: Request,
  token: string,
  { operation, from, values, base }: Carried,
): Promise<Response> {
  const visitor = await visitorOfSession(site, c, token);
  const note = "You are signed in again. Nothing was sent yet: look at the form and send it.";
  const sent = { operation, values, base, problem: undefined, note };
  const response = await showAt(site, c, visitor, localPath(from) ?? "/", { sent });
  response.headers.append("set-cookie", sessionCookieOf(token));
  return response;
}

/** The visitor of a session that has just begun: the request itself came without its cookie. */
export async function visitorOfSession(site: Site, c: Request, token: string): Promise<Visitor> {
  const actor = await site.parts.authenticator.bySession(token);
  const identity = { actor: actor ?? anonymous, csrfToken: csrfTokenOf(token) };
  return withToken(site, c, identity);
}

function carriedIn(text: string | undefined): Carried | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return Carried.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // Only our own page writes this; whatever else it is, nothing is carried.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `sessions.end`. */
export async function stopSession(
  site: Site,
  c: Request,
  visitor: Visitor,
  posted: Posted,
): Promise<Response> {
  await call(site, c, visitor.identity, { contract: posted.contract, input: {} });
  const headers = { location: "/signin", "set-cookie": cookie(sessionCookie, "") };
  return new Response(null, { status: 303, headers });
}
