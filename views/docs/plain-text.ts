/** What Markdown tokens say when all markup is left out, and the ids of headings. */
import type { Token, Tokens } from "marked";

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
};

/** Markdown keeps character references in text; those five are all that our pages use. */
export const decoded = (text: string): string =>
  text.replace(/&(?:lt|gt|amp|quot|#39);/g, (it) => entities[it] ?? it);

/** The text of tokens in reading order, blocks apart by a space. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map(textOf).join("");
}

function textOf(token: Token): string {
  switch (token.type) {
    case "space":
    case "br":
      return " ";
    case "html":
      return token.raw.startsWith("<!--") ? "" : token.raw;
    case "code":
    case "codespan":
    case "escape":
      return token["text"];
    case "table":
      return tableText(token as Tokens.Table);
    case "list":
      return `${(token as Tokens.List).items.map((it) => plainText(it.tokens)).join(" ")} `;
    default:
      // Whatever else has parts says what they say.
      return "tokens" in token && token.tokens !== undefined
        ? plainText(token.tokens)
        : decoded("text" in token ? String(token.text) : "");
  }
}

function tableText({ header, rows }: Tokens.Table): string {
  const lines = [header, ...rows].map((row) => row.map((it) => plainText(it.tokens)).join(" · "));
  return `${lines.join(" ")} `;
}

/** Names headings as code forges do, so that one link works in the repository and in the product. */
export function headingIds(): (text: string) => string {
  const taken = new Map<string, number>();
  return (text) => {
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-");
    const before = taken.get(slug) ?? 0;
    taken.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  };
}
