/** The documentation at /docs. It says nothing about this installation, so whoever cannot sign in may read it as well. */
/** @jsxImportSource hono/jsx */
import { Problem } from "#base/problem.ts";
import type { ManualPage } from "#views/docs/manual.ts";
import { Markdown } from "#views/docs/markdown.tsx";
import { DocsPage } from "#views/docs/page.tsx";
import { DocsHome, DocsSearch } from "#views/docs/search.tsx";
import type { Html } from "#views/html.ts";
import { resolveLink } from "../docs/links.ts";
import { loadManual } from "../docs/manual.ts";
import { searchManual } from "../docs/search.ts";
import type { Page, Shown, Visit } from "./page.ts";

/** Rendered texts by page: the same for everybody, all of them some 0.7 MB. */
const texts = new Map<string, string>();

async function textOf(page: ManualPage): Promise<string> {
  const known = texts.get(page.id);
  if (known !== undefined) return known;
  const html: Html = (
    <Markdown
      tokens={page.tokens}
      headings={page.headings}
      link={(href) => resolveLink(page.path, href)}
    />
  );
  const text = (await html).toString();
  texts.set(page.id, text);
  return text;
}

async function home({ actor, query }: Visit): Promise<Shown> {
  const manual = await loadManual();
  const { pages } = manual;
  const isSignedIn = actor.type !== "anonymous";
  const words = (query.get("q") ?? "").trim().slice(0, 200);
  if (words === "") return { title: "Manual", body: <DocsHome {...{ pages, isSignedIn }} /> };
  const results = searchManual(manual, words);
  return {
    title: `${words} in the manual`,
    crumbs: [manualCrumb],
    body: <DocsSearch {...{ pages, isSignedIn }} query={words} {...results} />,
  };
}

async function show({ actor, params, path }: Visit): Promise<Shown> {
  const { pages } = await loadManual();
  const page = pages.find((it) => it.id === params["page"]);
  if (!page) throw new Problem("not-found", `there is no page ${path} in the documentation`);
  const isSignedIn = actor.type !== "anonymous";
  const body = <DocsPage {...{ pages, isSignedIn, page }} text={await textOf(page)} />;
  return { title: page.title, crumbs: [manualCrumb], body };
}

const manualCrumb = { label: "Manual", path: "/docs" } as const;

export const docsPages: readonly Page[] = [
  { path: "/docs", isPublic: true, load: home },
  { path: "/docs/:page", isPublic: true, load: show },
];
