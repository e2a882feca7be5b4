/** Reading a request's body within limits: size before reading, nesting before parsing, then strict JSON. */
import { invalid, Problem } from "#base/problem.ts";

const deepest = 32;

/** The body's bytes; refuses more than `limit` without reading on. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > limit) throw tooLarge(limit);
  if (request.body === null) return new Uint8Array();
  if (declared > 0) {
    const bytes = await request.bytes();
    if (bytes.length > limit) throw tooLarge(limit);
    return bytes;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.length;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = (limit: number) =>
  new Problem("too-large", `the body may have at most ${limit} bytes`);

const decoder = new TextDecoder("utf-8", { fatal: true });

/** A JSON object, or an empty one for an empty body. */
export async function readJson(request: Request, limit: number): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(json|merge-patch\+json)\s*(;|$)/i.test(type)) {
    throw new Problem("unsupported-media-type", "send application/json");
  }
  if (depthOf(bytes) > deepest) throw invalid("body", `is nested deeper than ${deepest} levels`);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw invalid("body", "is not valid JSON in UTF-8", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("body", "must be a JSON object");
  }
  // An object of JSON: keys are strings.
  return value as Record<string, unknown>;
}

/** How deep brackets nest outside of strings, found without parsing. */
export function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let most = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === quote) i = endOfString(bytes, i);
    else if (opening.has(byte)) most = Math.max(most, ++depth);
    else if (closing.has(byte)) depth--;
  }
  return most;
}

const quote = 0x22;
const backslash = 0x5c;
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d]);

/** The place of the quote that ends the string beginning at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1;
  return i;
}
