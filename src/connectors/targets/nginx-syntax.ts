/** The words of an NGINX configuration with their places in the text. Knows quoting, comments and Lua blocks; checks nothing else. */

export interface Word {
  /** Without quotes and escapes. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** A directive: its words, and whether it opened a block. */
export interface Directive {
  readonly words: readonly Word[];
  readonly opensBlock: boolean;
}

/** Directives in order, whatever block they stand in: what this is used for does not ask. */
export function readDirectives(text: string): readonly Directive[] {
  const directives: Directive[] = [];
  let words: Word[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ";" || character === "{") {
      directives.push({ words, opensBlock: character === "{" });
      at = opensLua(words, character) ? luaEnd(text, at + 1) : at + 1;
      words = [];
    } else {
      const word = readWord(text, at);
      words.push(word);
      at = word.end;
    }
    at = skipBlank(text, at);
  }
  return directives;
}

/** Behind white space, comments and the ends of blocks. */
function skipBlank(text: string, at: number): number {
  const blank = /[\s}]+|#[^\n]*/y;
  let end = at;
  blank.lastIndex = end;
  while (blank.test(text)) end = blank.lastIndex;
  return end;
}

function readWord(text: string, start: number): Word {
  const quote = text.charAt(start);
  if (quote === '"' || quote === "'") return readQuoted(text, start, quote);
  let value = "";
  let at = start;
  while (at < text.length && !/[\s;{]/.test(text.charAt(at))) {
    // `${name}` inside a word is a variable, not the beginning of a block.
    const variable = /^\$\{[^}]*\}/.exec(text.slice(at, at + 200))?.[0];
    const raw = variable ?? (text.charAt(at) === "\\" ? text.slice(at, at + 2) : text.charAt(at));
    value += variable ?? raw.slice(-1);
    at += raw.length;
  }
  return { value, start, end: at };
}

function readQuoted(text: string, start: number, quote: string): Word {
  let value = "";
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) {
    if (text.charAt(at) === "\\") at += 1;
    value += text.charAt(at);
    at += 1;
  }
  return { value, start, end: Math.min(at + 1, text.length) };
}

function opensLua(words: readonly Word[], character: string): boolean {
  return character === "{" && words[0]?.value.endsWith("_by_lua_block") === true;
}

/** Behind the brace that closes a block of Lua, in which strings and comments may hold braces of their own. */
function luaEnd(text: string, start: number): number {
  const token =
    /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[[\s\S]*?\]\2\]|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[{}]/g;
  token.lastIndex = start;
  let depth = 1;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === "{") depth += 1;
    if (match[0] === "}") depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return text.length;
}
