/** Answers with a page: loads it, wraps it, sets its policy. A problem becomes a page that helps. */
/** @jsxImportSource hono/jsx */
import { gzipSync } from "node:zlib";
import { getCookie } from "hono/cookie";
import { accessApi } from "#features/access/api.ts";
import { viewsApi } from "#features/saved-views/api.ts";
import type { SentForm, ShownProblem } from "#views/frame.ts";
import { type Html, toDocument } from "#views/html.ts";
import { Icon } from "#views/icon.tsx";
import { Layout } from "#views/layout.tsx";
import { ProblemPage } from "#views/problem.tsx";
import { keptListAt } from "#views/saved-views.tsx";
import { pagePolicy } from "../headers.ts";
import { problemDocument } from "../problem-response.ts";
import { doneCookie, fromCookie } from "./done.ts";
import { toIds } from "./lookups.ts";
import { matchPage, type Page, type Shown, type Visit } from "./page.ts";
import { requireRight } from "./rights.ts";
import { cookie, type Request, type Site, themeOf, type Visitor, visitOf } from "./site.ts";

export interface ShowOptions {
  readonly sent?: SentForm | undefined;
  readonly status?: number;
}

/** Shows the page at `url`, a path with its query. */
export async function showAt(
  site: Site,
  c: Request,
  visitor: Visitor,
  url: string,
  options: ShowOptions = {},
): Promise<Response> {
  const { pathname: path, searchParams: query } = new URL(url, "https://here.invalid");
  const matched = matchPage(site.pages, path);
  const params = matched?.params ?? {};
  const visit = visitOf(site, c, visitor, { path, query, params, sent: options.sent });
  if (!matched) return await showProblem(site, c, visitor, { visit, problem: nothingAt(path, c) });
  if (visitor.identity.actor.type === "anonymous" && !matched.page.isPublic) {
    return await askToSignIn(c, visit);
  }
  try {
    requireRight(visit, matched.page.needs);
    const settled = options.sent ? undefined : await addressWithIds(visit);
    if (settled !== undefined) return c.redirect(settled, 303);
    const shown = await matched.page.load(await withSaved(visit));
    if (shown instanceof Response) return shown;
    const status = options.status ?? shown.status ?? 200;
    return await respond(site, c, visitor, { ...shown, visit, status, page: matched.page });
  } catch (error) {
    const problem = options.sent?.problem ?? shownProblem(site, c, error);
    return await showProblem(site, c, visitor, { visit, problem });
  }
}

/** Where filters and steps name things by their names: the same with their ids. */
async function addressWithIds({ query, path, ...visit }: Visit): Promise<string | undefined> {
  const names = [...new Set(query.keys())];
  const texts = Object.fromEntries(names.map((name) => [name, query.getAll(name)]));
  const settled = await toIds({ query, path, ...visit }, texts);
  const isSame = names.every((name) => settled.texts[name]?.join("\n") === texts[name]?.join("\n"));
  if (isSame) return undefined;
  const pairs = Object.entries(settled.texts).flatMap(([name, all]) =>
    all.map((text): [string, string] => [name, text]),
  );
  return `${path}?${new URLSearchParams(pairs)}`;
}

/** On the page of a list: with what the visitor has kept of it. */
async function withSaved(visit: Visit): Promise<Visit> {
  const list = keptListAt(visit.path);
  if (!list || visit.actor.type === "anonymous") return visit;
  const { data: saved } = await visit.read(viewsApi.list, { list });
  return { ...visit, frame: { ...visit.frame, saved } };
}

function nothingAt(path: string, c: Request): ShownProblem {
  return {
    status: 404,
    title: "Not found",
    detail: `there is nothing at ${path}`,
    requestId: c.get("requestId"),
    errors: [],
    extra: {},
  };
}

/** A problem as people see it; what is no problem is logged and stays opaque. */
export function shownProblem(site: Site, c: Request, error: unknown): ShownProblem {
  const requestId = c.get("requestId");
  const { status, body } = problemDocument(error, requestId, site.parts.runner.world.log);
  const { title, detail, errors, ...extra } = body;
  return {
    status,
    title: String(title),
    detail: String(detail),
    requestId,
    // `problemDocument` puts there what a Problem holds.
    errors: (errors ?? []) as ShownProblem["errors"],
    extra,
  };
}

export async function showProblem(
  site: Site,
  c: Request,
  visitor: Visitor,
  it: { readonly visit: Visit; readonly problem: ShownProblem },
): Promise<Response> {
  const { problem, visit } = it;
  const body = <ProblemPage problem={problem} />;
  // What was refused stands in the page itself.
  const plain = { ...visit, frame: { ...visit.frame, sent: undefined } };
  const { title, status } = problem;
  return await respond(site, c, visitor, { title, body, status, visit: plain });
}

export interface Answer {
  readonly title: string;
  readonly body: Html;
  readonly status: number;
  readonly visit: Visit;
  readonly page?: Page;
  readonly crumbs?: Shown["crumbs"];
}

export async function respond(
  site: Site,
  c: Request,
  visitor: Visitor,
  it: Answer,
): Promise<Response> {
  const { frame, actor, path } = it.visit;
  const given = getCookie(c, doneCookie);
  const done = fromCookie(given);
  const section = it.page?.section ?? `/${path.split("/")[1] ?? ""}`;
  const document = await toDocument(
    <Layout
      frame={frame}
      title={it.title}
      nav={it.visit.nav}
      section={section}
      crumbs={it.crumbs}
      theme={themeOf(c)}
      version={site.version}
      user={actor.type === "anonymous" ? undefined : actor.name}
      open={site.parts.authType === "none"}
      done={it.status < 400 ? done : undefined}
    >
      {it.body}
    </Layout>,
  );
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pagePolicy(frame.nonce),
  });
  for (const each of visitor.cookies) headers.append("set-cookie", each);
  if (given !== undefined) headers.append("set-cookie", cookie(doneCookie, ""));
  return zipped(c, document, it.status, headers);
}

/** Tokens look otherwise in every answer (`maskToken`), so that its length says nothing about them. */
function zipped(c: Request, document: string, status: number, headers: Headers): Response {
  headers.set("vary", "accept-encoding");
  if (!/\bgzip\b/.test(c.req.header("accept-encoding") ?? "")) {
    return new Response(document, { status, headers });
  }
  headers.set("content-encoding", "gzip");
  return new Response(new Uint8Array(gzipSync(document, { level: 5 })), { status, headers });
}

/** Where to go first; parts of a page that refresh themselves say it in place, and nothing typed is lost. */
async function askToSignIn(c: Request, visit: Visit): Promise<Response> {
  const { here } = visit.frame;
  const signIn = `/signin?next=${encodeURIComponent(here)}`;
  if (c.req.header("hx-boosted")) {
    return new Response(null, { status: 204, headers: { "hx-redirect": signIn } });
  }
  if (c.req.header("hx-request")) {
    const text = await toDocument(
      <div id="live">
        <div class="note warn" role="alert">
          <Icon name="log-out" />
          <p>
            {"You are not signed in any more. "}
            <a class="a" href={signIn}>
              Sign in
            </a>
          </p>
        </div>
      </div>,
    );
    return new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });
  }
  const { required } = await visit.read(accessApi.setupStatus);
  return c.redirect(required ? "/setup" : signIn, 303);
}
