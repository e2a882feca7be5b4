/** A page of the documentation: contents, the text, what comes before and after. */
/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { Head } from "../head.tsx";
import type { Children, Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { addressOf, groups, type ManualPage } from "./manual.ts";

/** What the contents know of a page. */
export type Listed = Pick<ManualPage, "id" | "title" | "group" | "headings">;

export interface DocsPageProps {
  readonly pages: readonly Listed[];
  readonly isSignedIn: boolean;
  readonly page: Listed;
  /** The text, as `Markdown` renders it. */
  readonly text: string;
}

/** Pages that speak of the description for programs. */
const described: ReadonlySet<string> = new Set(["api", "operations"]);

export function DocsPage({ pages, isSignedIn, page, text }: DocsPageProps): Html {
  const actions = described.has(page.id) ? <Description /> : null;
  return (
    <DocsFrame
      pages={pages}
      isSignedIn={isSignedIn}
      current={page}
      title={page.title}
      actions={actions}
      query=""
    >
      <article class="prose">{raw(text)}</article>
      <Neighbours pages={pages} page={page} />
    </DocsFrame>
  );
}

function Description(): Html {
  return (
    <a class="btn" href="/api/v1/openapi.json">
      <Icon name="download" />
      OpenAPI document
    </a>
  );
}

export interface DocsFrameProps {
  readonly pages: readonly Listed[];
  /** Whoever is not finds the way there. */
  readonly isSignedIn: boolean;
  readonly current?: Listed | undefined;
  readonly title: string;
  readonly lede?: Html | string | null;
  /** Links beside the search. */
  readonly actions?: Html | null;
  readonly query: string;
  readonly children?: Children;
}

/** The contents follow the text in the document, so that a phone shows the text first. */
export function DocsFrame(props: DocsFrameProps): Html {
  const { pages, current, title, lede = null, actions = null, query, children } = props;
  return (
    <div class="docs">
      <div class="docs-main">
        <Head title={title} lede={lede}>
          {actions}
          <SearchForm query={query} />
          {props.isSignedIn ? null : (
            <a class="btn btn-ghost" href="/">
              Sign in
            </a>
          )}
        </Head>
        {children}
      </div>
      <Contents pages={pages} current={current} />
    </div>
  );
}

function SearchForm({ query }: { readonly query: string }): Html {
  return (
    <search>
      <form class="docs-search" action="/docs" method="get">
        <label class="sr-only" for="q">
          Search the documentation
        </label>
        <input
          class="input"
          type="search"
          id="q"
          name="q"
          value={query}
          placeholder="Search the documentation"
          maxlength={200}
        />
        <button class="btn" type="submit">
          Search
        </button>
      </form>
    </search>
  );
}

function Contents({
  pages,
  current,
}: {
  readonly pages: readonly Listed[];
  readonly current: Listed | undefined;
}): Html {
  return (
    <nav class="docs-nav" id="contents" aria-label="Contents of the manual">
      {groups.map((group) => (
        <>
          <h2>{group}</h2>
          <ul>
            {pages
              .filter((it) => it.group === group)
              .map((it) => (
                <li>
                  <a href={addressOf(it.id)} aria-current={it === current ? "page" : undefined}>
                    {it.title}
                  </a>
                  {it === current ? <Parts page={it} /> : null}
                </li>
              ))}
          </ul>
        </>
      ))}
    </nav>
  );
}

function Parts({ page }: { readonly page: Listed }): Html | null {
  const parts = page.headings.filter((it) => it.depth === 2);
  if (parts.length === 0) return null;
  return (
    <ul>
      {parts.map((it) => (
        <li>
          <a href={`#${it.id}`}>{it.text}</a>
        </li>
      ))}
    </ul>
  );
}

function Neighbours({ pages, page }: Pick<DocsPageProps, "pages" | "page">): Html {
  const at = pages.indexOf(page);
  const before = pages[at - 1];
  const after = pages[at + 1];
  return (
    <nav class="docs-ends" aria-label="Before and after">
      {before ? (
        <a href={addressOf(before.id)} rel="prev">
          <span class="sub">Before</span>
          {before.title}
        </a>
      ) : (
        <span />
      )}
      {after ? (
        <a href={addressOf(after.id)} rel="next">
          <span class="sub">Next</span>
          {after.title}
        </a>
      ) : null}
    </nav>
  );
}
