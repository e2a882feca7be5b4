/** Reading a request's body within limits: size before reading, nesting before parsing, then JSON in which no name stands twice. */
import { invalid, Problem } from "#base/problem.ts";
import { scanJson } from "./json-scan.ts";

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
  const { depth, repeated } = scanJson(bytes, deepest);
  if (depth > deepest) throw invalid("body", `is nested deeper than ${deepest} levels`);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw invalid("body", "is not valid JSON in UTF-8", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("body", "must be a JSON object");
  }
  if (repeated !== undefined) throw invalid(repeated, "stands twice in the body");
  // An object of JSON: keys are strings.
  return value as Record<string, unknown>;
}
