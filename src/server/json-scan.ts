/**
 * What a JSON text tells before it is parsed: how deep it nests, and whether a name stands twice in one object, which
 * RFC 8259 section 4 leaves to the reader and `JSON.parse` settles for the last. Whether the text is JSON is for
 * `JSON.parse`: of one that is not, this says something or other.
 */

export interface JsonShape {
  /** Not more than one beyond `deepest`: the scan ends there. */
  readonly depth: number;
  /** The path of the first name that stands twice: `tags.owner`, `grants.0.role`. */
  readonly repeated: string | undefined;
}

/** An object or list that is still open. */
interface Level {
  /** Undefined for a list. */
  readonly names: Set<string> | undefined;
  name: string;
  index: number;
  /** The next string is a name. */
  atName: boolean;
}

export function scanJson(bytes: Uint8Array, deepest: number): JsonShape {
  const open: Level[] = [];
  let depth = 0;
  let repeated: string | undefined;
  for (let i = 0; i < bytes.length && depth <= deepest; i++) {
    const level = open.at(-1);
    switch (bytes[i]) {
      case quote: {
        const end = endOfString(bytes, i);
        if (level?.atName && enter(level, bytes.subarray(i + 1, end))) repeated ??= pathOf(open);
        i = end;
        break;
      }
      case brace:
      case bracket:
        open.push(levelOf(bytes[i] === brace));
        depth = Math.max(depth, open.length);
        break;
      case closingBrace:
      case closingBracket:
        open.pop();
        break;
      case comma:
        if (level) next(level);
        break;
      default:
    }
  }
  return { depth, repeated };
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [brace, closingBrace, bracket, closingBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

const levelOf = (isObject: boolean): Level => ({
  names: isObject ? new Set() : undefined,
  name: "",
  index: 0,
  atName: isObject,
});

function next(level: Level): void {
  level.index++;
  level.atName = level.names !== undefined;
}

/** Whether the object has the name already. */
function enter(level: Level, written: Uint8Array): boolean {
  level.name = textOf(written);
  level.atName = false;
  const isThere = level.names?.has(level.name) === true;
  level.names?.add(level.name);
  return isThere;
}

const pathOf = (open: readonly Level[]): string =>
  open.map((it) => (it.names ? it.name : String(it.index))).join(".");

/** `"\u0061"` is the name `a`. */
function textOf(written: Uint8Array): string {
  const text = Buffer.from(written.buffer, written.byteOffset, written.length).toString("utf8");
  if (!written.includes(backslash)) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    // No string of JSON: then the whole text is none, and is refused for that.
    return text;
  }
}

/** The place of the quote that ends the string beginning at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1;
  return i;
}
