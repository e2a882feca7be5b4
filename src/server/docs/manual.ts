/** The documentation, read and parsed once, when the first reader comes: starting the server costs nothing. */
import type { Lexer, Token, Tokens } from "marked";
import type { Heading, ManualPage } from "#views/docs/manual.ts";
import { headingIds, plainText } from "#views/docs/plain-text.ts";
import { type Source, sources } from "./sources.ts";

/** What search looks through: a heading with everything up to the next one. */
export interface Section {
  readonly page: ManualPage;
  readonly heading: Heading;
  readonly text: string;
}

export interface Manual {
  /** In reading order. */
  readonly pages: readonly ManualPage[];
  readonly sections: readonly Section[];
}

let manual: Promise<Manual> | undefined;

export function loadManual(): Promise<Manual> {
  manual ??= parseAll();
  return manual;
}

async function parseAll(): Promise<Manual> {
  // Its parser is not part of the start either.
  const { Lexer: Parser } = await import("marked");
  const parsed = await Promise.all(sources.map(async (it) => await parse(it, Parser)));
  return {
    pages: parsed.map((it) => it.page),
    sections: parsed.flatMap((it) => it.sections),
  };
}

async function parse(
  source: Source,
  Parser: typeof Lexer,
): Promise<{ readonly page: ManualPage; readonly sections: readonly Section[] }> {
  const tokens: readonly Token[] = Parser.lex(await Bun.file(source.file).text());
  const idOf = headingIds();
  const headings: Heading[] = [];
  const parts: Token[][] = [];
  for (const token of tokens) {
    if (isHeading(token)) {
      const text = plainText(token.tokens);
      headings.push({ depth: token.depth, text, id: idOf(text) });
      parts.push([]);
    } else parts.at(-1)?.push(token);
  }
  const [title] = headings;
  if (title?.depth !== 1) throw new Error(`${source.path} does not begin with its title`);
  const page: ManualPage = {
    id: source.id,
    group: source.group,
    path: source.path,
    title: title.text,
    headings,
    tokens: tokens.filter((it) => !(isHeading(it) && it.depth === 1)),
  };
  const sections = headings.map((heading, index) => ({
    page,
    heading,
    text: plainText(parts[index] ?? [])
      .replace(/\s+/g, " ")
      .trim(),
  }));
  return { page, sections };
}

const isHeading = (token: Token): token is Tokens.Heading => token.type === "heading";
