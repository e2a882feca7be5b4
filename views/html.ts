/** What a view returns, and how it becomes text. */
import type { Child } from "hono/jsx";
import type { HtmlEscapedString } from "hono/utils/html";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
export type Children = Child;

/** The whole document as text. */
export async function toDocument(html: Html): Promise<string> {
  const node = await html;
  return `<!doctype html>${await node.toString()}`;
}
