/**
 * Markdown tokens as elements. Nothing is written as markup by hand, so what stands in a page cannot become an element;
 * raw HTML is shown as text and comments are left out.
 */
/** @jsxImportSource hono/jsx */
import type { Token, Tokens } from "marked";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import type { Heading } from "./manual.ts";
import { decoded, plainText } from "./plain-text.ts";

export interface MarkdownProps {
  readonly tokens: readonly Token[];
  /** Those of the page, in the order of its tokens. */
  readonly headings: readonly Heading[];
  /** Where a link leads; undefined: to nothing that is here. */
  link(href: string): string | undefined;
}

/** What blocks take as they come: the next heading, a number for the next block of code. */
interface Walk extends MarkdownProps {
  /** Of the heading that was passed last. */
  under: string;
  next: number;
  codes: number;
}

export function Markdown(props: MarkdownProps): Html {
  const [title] = props.headings;
  const hasTitle = title?.depth === 1;
  const walk = { ...props, under: title?.text ?? "", next: hasTitle ? 1 : 0, codes: 0 };
  return <>{blocks(props.tokens, walk)}</>;
}

const blocks = (tokens: readonly Token[], walk: Walk): readonly (Html | null)[] =>
  tokens.map((it) => block(it, walk));

/** The casts: marked's union is open, so that `type` alone does not tell it which member it is. */
function block(token: Token, walk: Walk): Html | null {
  switch (token.type) {
    case "space":
      return null;
    case "heading":
      return heading(token as Tokens.Heading, walk);
    case "paragraph":
      return <p>{inlines((token as Tokens.Paragraph).tokens, walk)}</p>;
    case "code":
      return code(token as Tokens.Code, walk);
    case "table":
      return table(token as Tokens.Table, walk);
    case "list":
      return list(token as Tokens.List, walk);
    case "blockquote":
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens, walk)}</blockquote>;
    case "hr":
      return <hr />;
    case "html":
      return token.raw.startsWith("<!--") ? null : <p>{token.raw}</p>;
    default:
      return inline(token, walk);
  }
}

function heading(token: Tokens.Heading, walk: Walk): Html {
  const { id, text } = walk.headings[walk.next++] ?? { id: "", text: "" };
  walk.under = text;
  const parts = (
    <>
      {inlines(token.tokens, walk)}{" "}
      <a class="hash" href={`#${id}`} aria-label={`Link to ${text}`}>
        #
      </a>
    </>
  );
  if (token.depth === 2) return <h2 id={id}>{parts}</h2>;
  if (token.depth === 3) return <h3 id={id}>{parts}</h3>;
  return <h4 id={id}>{parts}</h4>;
}

/** A diagram's source says nothing to a reader; our pages say the same as a table beside it. */
function code({ text, lang }: Tokens.Code, walk: Walk): Html | null {
  if (lang === "mermaid") return null;
  const id = `code-${++walk.codes}`;
  return (
    <div class="code">
      <pre id={id}>
        <code>{text}</code>
      </pre>
      <button type="button" class="ib scripted" data-copy={`#${id}`}>
        <Icon name="copy" />
        <span class="sr-only">Copy</span>
      </button>
    </div>
  );
}

function table({ header, rows }: Tokens.Table, walk: Walk): Html {
  return (
    <div class="tw">
      <table class="tbl cards">
        <caption class="sr-only">{walk.under}</caption>
        <thead>
          <tr>
            {header.map((it) => (
              <th scope="col">{inlines(it.tokens, walk)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((it, index) => (
                <td class="w" data-l={index > 0 ? labelOf(header[index]) : undefined}>
                  {inlines(it.tokens, walk)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where rows become cards, a cell says what it is. */
const labelOf = (head: Tokens.TableCell | undefined): string => plainText(head?.tokens ?? []);

function list({ ordered, items }: Tokens.List, walk: Walk): Html {
  const parts = items.map((it) => <li>{blocks(it.tokens, walk)}</li>);
  return ordered ? <ol>{parts}</ol> : <ul>{parts}</ul>;
}

const inlines = (tokens: readonly Token[], walk: Walk): readonly Html[] =>
  tokens.map((it) => inline(it, walk));

function inline(token: Token, walk: Walk): Html {
  switch (token.type) {
    case "strong":
      return <strong>{inlines((token as Tokens.Strong).tokens, walk)}</strong>;
    case "em":
      return <em>{inlines((token as Tokens.Em).tokens, walk)}</em>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token as Tokens.Link, walk);
    case "escape":
      return <>{(token as Tokens.Escape).text}</>;
    case "html":
      return <>{token.raw.startsWith("<!--") ? "" : token.raw}</>;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return <>{tokens ? inlines(tokens, walk) : decoded(text)}</>;
    }
    default:
      return <>{decoded(token.raw)}</>;
  }
}

function link({ href, tokens }: Tokens.Link, walk: Walk): Html {
  const to = walk.link(href);
  const text = inlines(tokens, walk);
  if (to === undefined) return <>{text}</>;
  return (
    <a class="a" href={to}>
      {text}
    </a>
  );
}
