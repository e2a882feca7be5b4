/** What a search in the documentation found, and without one the documentation's first page. */
/** @jsxImportSource hono/jsx */
import type { Html } from "../html.ts";
import { addressOf, type Found, groups } from "./manual.ts";
import { DocsFrame, type Listed } from "./page.tsx";

export interface DocsSearchProps {
  readonly pages: readonly Listed[];
  readonly isSignedIn: boolean;
  readonly query: string;
  readonly found: readonly Found[];
  readonly total: number;
  /** No section has all the words. */
  readonly isPartial: boolean;
}

export function DocsSearch(props: DocsSearchProps): Html {
  const { pages, isSignedIn, query, found } = props;
  return (
    <DocsFrame
      pages={pages}
      isSignedIn={isSignedIn}
      title="Manual"
      lede={sentence(props)}
      query={query}
    >
      <ol class="docs-found">
        {found.map((it) => (
          <li>
            <Result of={it} />
          </li>
        ))}
      </ol>
    </DocsFrame>
  );
}

function sentence({ query, found, total, isPartial }: DocsSearchProps): string {
  if (total === 0) {
    return `Nothing is written about “${query}”. A word may be shorter: “renew” finds “renewal” too.`;
  }
  const sections = total === 1 ? "1 section" : `${total} sections`;
  const shown = found.length < total ? `; these are the best ${found.length}` : "";
  if (isPartial)
    return `No section has all the words of “${query}”; ${sections} with some of them${shown}.`;
  return `${sections} about “${query}”${shown}.`;
}

function Result({ of: { page, heading, snippet } }: { readonly of: Found }): Html {
  return (
    <>
      <a class="a" href={addressOf(page.id, heading)}>
        {heading.text}
      </a>
      <p class="sub">{heading.depth === 1 ? page.group : `${page.group} · ${page.title}`}</p>
      {snippet.length > 0 ? (
        <p>{snippet.map((it) => (it.isMatch ? <mark>{it.text}</mark> : it.text))}</p>
      ) : null}
    </>
  );
}

const about =
  "How certctl works and how to run it. These pages are part of this server: they need no internet, and they describe the version that is running.";

type DocsHomeProps = Pick<DocsSearchProps, "pages" | "isSignedIn">;

/** The contents with what each page has to say. */
export function DocsHome({ pages, isSignedIn }: DocsHomeProps): Html {
  return (
    <DocsFrame pages={pages} isSignedIn={isSignedIn} title="Manual" lede={about} query="">
      {groups.map((group) => (
        <section class="docs-group">
          <h2>{group}</h2>
          <ul>
            {pages
              .filter((it) => it.group === group)
              .map((it) => (
                <li>
                  <a class="a" href={addressOf(it.id)}>
                    {it.title}
                  </a>
                  <p class="sub">{partsOf(it)}</p>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </DocsFrame>
  );
}

/** Enough to recognise a page by. */
const mostParts = 6;

function partsOf({ headings }: Listed): string {
  const parts = headings.filter((it) => it.depth === 2).map((it) => it.text);
  const rest = parts.length - mostParts;
  const shown = parts.slice(0, mostParts).join(", ");
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
