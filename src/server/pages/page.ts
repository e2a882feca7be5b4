/** A page as data: its path, and how it is loaded for one visitor. */
import type { Contract, Output } from "#base/contract.ts";
import type { Actor } from "#features/context.ts";
import type { Crumb, NavGroup } from "#views/chrome.ts";
import type { Frame } from "#views/frame.ts";
import type { Html } from "#views/html.ts";

export interface Visit {
  readonly frame: Frame;
  readonly actor: Actor;
  /** Where this visitor may go. */
  readonly nav: readonly NavGroup[];
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Runs a read as the visitor: permissions and team scope are the runner's. Input has wire names. */
  read<C extends Contract>(
    contract: C,
    input?: Readonly<Record<string, unknown>>,
  ): Promise<Output<C>>;
}

export interface Shown {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** What stands between the section and this page. */
  readonly crumbs?: readonly Crumb[];
}

export interface Page {
  /** `/certificates/:id`. */
  readonly path: string;
  /** The entry of the navigation it belongs to; else the first segment of the path. */
  readonly section?: string;
  /** May be seen without signing in. */
  readonly isPublic?: boolean;
  /** The operation that it is there for: whoever may not do that is told so at once, not at the end of a form. */
  readonly needs?: Contract;
  load(visit: Visit): Promise<Shown | Response>;
}

export interface Matched {
  readonly page: Page;
  readonly params: Readonly<Record<string, string>>;
}

/** The page at a path; fixed segments win over parameters. */
export function matchPage(pages: readonly Page[], path: string): Matched | undefined {
  const found = pages.flatMap((page) => {
    const params = matchPath(page.path, path);
    return params ? [{ page, params }] : [];
  });
  return found.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith(":") && text !== "") params[part.slice(1)] = text;
    else if (part !== text) return undefined;
  }
  return params;
}

/** A request line and headers together may have 16 KiB (measured: 15,000 characters pass, 17,000 do not). */
export const longestPath = 12_000;

/** A path of this server with its query, or undefined: never another site's address. */
export function localPath(text: string | null | undefined): string | undefined {
  if (!text?.startsWith("/") || text.length > longestPath) return undefined;
  const base = "https://here.invalid";
  const url = URL.parse(text, base);
  return url?.origin === base ? url.pathname + url.search : undefined;
}
