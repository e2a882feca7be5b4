/** The documentation as data: pages of Markdown tokens, their headings, and sections to search. */
import type { Token } from "marked";

export const groups = ["Guide", "Reference", "Background"] as const;
export type Group = (typeof groups)[number];

export interface Heading {
  /** 1 is the page's title. */
  readonly depth: number;
  readonly text: string;
  /** Of the element, and what a link's fragment names; unique on its page. */
  readonly id: string;
}

export interface ManualPage {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Where the page is in the repository. */
  readonly path: string;
  readonly headings: readonly Heading[];
  /** Without the title. */
  readonly tokens: readonly Token[];
}

/** A place that search finds, with the page it is on. */
export interface Found {
  readonly page: { readonly id: string; readonly title: string; readonly group: Group };
  readonly heading: Heading;
  readonly snippet: readonly { readonly text: string; readonly isMatch: boolean }[];
}

/** The address of a page, or of a heading on it; the title's is the page's own. */
export function addressOf(id: string, heading?: Heading): string {
  return heading && heading.depth > 1 ? `/docs/${id}#${heading.id}` : `/docs/${id}`;
}
