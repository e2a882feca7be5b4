/**
 * PEM as RFC 7468 has it: text between blocks is passed over, a block is exact. It refuses headers, nesting, wrong
 * padding and broken ends, says which block is wrong and why, and reads no more than it was told to.
 */
import { Problem } from "#base/problem.ts";

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

export interface PemLimits {
  /** The longest text, in characters. */
  readonly maximum?: number;
  readonly maximumBlocks?: number;
}

const refused = (why: string) => new Problem("invalid-input", `the PEM text ${why}`);

/** Every block of the text in its order; at least one. */
export function parsePem(text: string, limits: PemLimits = {}): readonly PemBlock[] {
  const { maximum = 1_048_576, maximumBlocks = 100 } = limits;
  if (text.length > maximum) {
    throw new Problem(
      "too-large",
      `the PEM text has ${text.length} characters; at most ${maximum} are read`,
    );
  }
  if (text.includes("\0")) throw refused("contains a NUL character");
  const reading: Reading = { blocks: [], open: undefined };
  for (const line of text.split(/\r\n|\n|\r/)) {
    const boundary = boundaryOf(line);
    if (boundary === undefined) reading.open?.lines.push(line);
    else if (boundary.kind === "BEGIN") begin(reading, boundary.label, maximumBlocks);
    else end(reading, boundary.label);
  }
  if (reading.open !== undefined) throw refused(`has no -----END ${reading.open.label}----- line`);
  if (reading.blocks.length === 0) throw refused("has no -----BEGIN …----- line");
  return reading.blocks;
}

/** The blocks of one kind, such as CERTIFICATE; a block of another kind is refused. */
export function parsePemOf(
  label: string,
  text: string,
  limits: PemLimits = {},
): readonly Uint8Array[] {
  return parsePem(text, limits).map((block) => {
    if (block.label !== label) throw refused(`contains a ${block.label} where a ${label} belongs`);
    return block.der;
  });
}

/** One block, 64 characters a line, with a final line break. */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = der.toBase64();
  let text = `-----BEGIN ${label}-----\n`;
  for (let at = 0; at < base64.length; at += 64) text += `${base64.slice(at, at + 64)}\n`;
  return `${text}-----END ${label}-----\n`;
}

interface Boundary {
  readonly kind: string;
  readonly label: string;
}

// RFC 7468 section 3: printable characters without "-", single "-" or " " between words.
const boundaryPattern = /^-----(BEGIN|END) ([!-,.-~]+(?:[- ][!-,.-~]+)*)-----[ \t]*$/;

function boundaryOf(line: string): Boundary | undefined {
  // A byte order mark is not text; some editors of Windows put one in front.
  const from =
    line.startsWith("\ufeff") || line.startsWith("\u00ef\u00bb\u00bf") ? line.indexOf("-") : 0;
  const isBoundary = line.startsWith("-----BEGIN ", from) || line.startsWith("-----END ", from);
  if (!isBoundary) return undefined;
  if (line.length > 200) throw refused("has a boundary line of over 200 characters");
  const [, kind, label] = boundaryPattern.exec(line.slice(from)) ?? [];
  if (kind === undefined || label === undefined) {
    throw refused(`has a malformed boundary line: ${JSON.stringify(line.slice(0, 60))}`);
  }
  return { kind, label };
}

interface Reading {
  readonly blocks: PemBlock[];
  open: { readonly label: string; readonly lines: string[] } | undefined;
}

function begin(reading: Reading, label: string, maximumBlocks: number): void {
  if (reading.open !== undefined) throw refused(`begins ${label} within ${reading.open.label}`);
  if (reading.blocks.length === maximumBlocks) {
    throw refused(`has more than ${maximumBlocks} blocks`);
  }
  reading.open = { label, lines: [] };
}

function end(reading: Reading, label: string): void {
  const { open } = reading;
  if (open === undefined) throw refused(`ends ${label}, which has not begun`);
  if (open.label !== label) throw refused(`begins ${open.label} and ends ${label}`);
  reading.blocks.push({ label, der: decodeBody(label, open.lines) });
  reading.open = undefined;
}

function decodeBody(label: string, lines: readonly string[]): Uint8Array {
  const base64 = lines.join("").replace(/[ \t]/g, "");
  if (base64 === "") throw refused(`has an empty ${label} block`);
  if (base64.includes(":")) {
    throw refused(`has headers in its ${label} block (encrypted keys are not read)`);
  }
  const der = strictBase64(base64);
  if (der === undefined) throw refused(`has a ${label} block that is not base64`);
  return der;
}

/** Padded, with zero bits where it is padded; undefined for all else. */
function strictBase64(text: string): Uint8Array | undefined {
  try {
    const der = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    // White space is all that the decoder passes over.
    return Math.ceil(der.length / 3) * 4 === text.length ? der : undefined;
  } catch {
    return undefined;
  }
}
