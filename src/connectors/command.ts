/**
 * Commands that are run without a shell: an array of words, or a string split by the quoting rules of POSIX
 * (Shell Command Language, section 2.2). What only a shell could do is refused by name, never passed on.
 */
import { z } from "zod";

/** The program and its arguments; at least one word. */
export type Command = readonly string[];

export const Command = z
  .union([z.array(z.string()), z.string()])
  .transform((input, context): readonly string[] => {
    const result = typeof input === "string" ? splitCommand(input) : checkWords(input);
    if (typeof result !== "string") return result;
    context.issues.push({ code: "custom", message: result, input });
    return z.NEVER;
  })
  .meta({
    title: "Command",
    description: "A program and its arguments. It runs without a shell.",
    examples: ["nginx -s reload"],
  });

/** Unquoted characters that mean something to a shell, and what they would do there. */
const metacharacters: Readonly<Record<string, string>> = {
  ";": "a command separator",
  "|": "a pipe",
  "&": "a background job or a list",
  "<": "an input redirection",
  ">": "an output redirection",
  "(": "a subshell",
  ")": "a subshell",
  $: "an expansion",
  "`": "a command substitution",
  "*": "a file name pattern",
  "?": "a file name pattern",
  "[": "a file name pattern",
  "{": "a brace expansion",
  "}": "a brace expansion",
  "!": "a negation or history expansion",
  "\n": "a line break",
  "\r": "a line break",
};

/** Characters that mean something only where a word begins. */
const openers: Readonly<Record<string, string>> = {
  "~": "a home directory",
  "#": "a comment",
};

/** The words of `text`, or a sentence that says what is wrong with it. */
export function splitCommand(text: string): readonly string[] | string {
  const words: string[] = [];
  let rest = text.replace(/^[ \t]+/, "");
  while (rest !== "") {
    const word = takeWord(rest);
    if ("problem" in word) return word.problem;
    words.push(word.value);
    rest = rest.slice(word.length).replace(/^[ \t]+/, "");
  }
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(text.trimStart())) {
    return `${words[0]} is a variable assignment, and the command runs without a shell: use env`;
  }
  return checkWords(words);
}

/** The command as one line that `splitCommand` reads back: for people, and for steps and logs. */
export function formatCommand(command: Command): string {
  return command
    .map((word, index) => {
      // A first word with an equals sign would be read as an assignment.
      const plain = index === 0 ? /^[\w@%+:,./-]+$/ : /^[\w@%+=:,./-]+$/;
      return plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
    })
    .join(" ");
}

function checkWords(words: readonly string[]): readonly string[] | string {
  if (words.length === 0 || words[0] === "") return "the command is empty";
  if (words.length > 100) return "the command has more than 100 words";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = words.find((word) => /[\u0000-\u0008\u000a-\u001f\u007f]/.test(word));
  if (control !== undefined) return `${JSON.stringify(control)} contains a control character`;
  return words;
}

type Part = { readonly value: string; readonly length: number } | { readonly problem: string };

/** One word, made of adjoining quoted and unquoted parts. */
function takeWord(text: string): Part {
  let value = "";
  let length = 0;
  const opener = openers[text.charAt(0)];
  if (opener !== undefined) return refuse(text.charAt(0), opener);
  while (length < text.length && !/[ \t]/.test(text.charAt(length))) {
    const part = takePart(text.slice(length));
    if ("problem" in part) return part;
    value += part.value;
    length += part.length;
  }
  return { value, length };
}

function takePart(text: string): Part {
  const first = text.charAt(0);
  if (first === "'") return takeSingleQuoted(text);
  if (first === '"') return takeDoubleQuoted(text);
  if (first === "\\") {
    if (text.length === 1) return { problem: "a backslash at the end quotes nothing" };
    return { value: text.charAt(1), length: 2 };
  }
  const meaning = metacharacters[first];
  return meaning === undefined ? { value: first, length: 1 } : refuse(first, meaning);
}

function takeSingleQuoted(text: string): Part {
  const end = text.indexOf("'", 1);
  if (end < 0) return { problem: "a single quote is not closed" };
  return { value: text.slice(1, end), length: end + 1 };
}

function takeDoubleQuoted(text: string): Part {
  let value = "";
  for (let at = 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, length: at + 1 };
    if (character === "$") return refuse(character, "an expansion");
    if (character === "`") return refuse(character, "a command substitution");
    // Within double quotes a backslash quotes only these four.
    const quotes = character === "\\" && /[$`"\\]/.test(text.charAt(at + 1));
    value += quotes ? text.charAt(at + 1) : character;
    if (quotes) at += 1;
  }
  return { problem: "a double quote is not closed" };
}

function refuse(character: string, meaning: string): Part {
  const shown = character === "\n" || character === "\r" ? "it" : `"${character}"`;
  return { problem: `${shown} is ${meaning} in a shell, and the command runs without one` };
}
