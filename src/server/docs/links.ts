/** Where a link in a Markdown file of the repository leads at /docs. */
import { posix } from "node:path";
import { sources } from "./sources.ts";

const byPath = new Map(sources.map((it) => [it.path, it.id]));

/** Files of the repository that are not inside stay links to nowhere and are shown as text: undefined. */
export function resolveLink(from: string, href: string): string | undefined {
  if (/^https:\/\//.test(href) || href.startsWith("#")) return href;
  // A page of the product itself, such as /certificates.
  if (href.startsWith("/")) return href;
  const [file = "", fragment] = href.split("#");
  const id = byPath.get(posix.join(posix.dirname(from), file));
  if (id === undefined) return undefined;
  return fragment === undefined ? `/docs/${id}` : `/docs/${id}#${fragment}`;
}
