/** Reads a problem document (RFC 9457) of our server back into a `Problem`. */
import { z } from "zod";
import { Problem, type ProblemKind, problemKinds } from "./problem.ts";

/** What `type` begins with: the rest is the kind. */
const namespace = "urn:certctl:problem:";

const Document = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  status: z.number().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/**
 * The problem that an answer with `status` and this JSON reports; undefined when it reports none. A kind that is not
 * known here (a newer server's) becomes the kind of the same status. `extra` has the document's other members, and
 * `retry_after` in seconds when the header says so.
 */
export function problemOf(status: number, json: unknown, headers: Headers): Problem | undefined {
  const parsed = Document.safeParse(json);
  if (status < 400 || !parsed.success) return undefined;
  const { type = "", title, status: _, detail, errors, ...extra } = parsed.data;
  if (title === undefined && detail === undefined) return undefined;
  const kind = kindNamed(type) ?? kindOfStatus(status);
  if (kind === undefined) return undefined;
  const wait = /^\d+$/.exec(headers.get("retry-after") ?? "")?.[0];
  return new Problem(kind, detail ?? title ?? "", {
    errors,
    extra: wait === undefined ? extra : { retry_after: Number(wait), ...extra },
  });
}

function kindNamed(type: string): ProblemKind | undefined {
  const name = type.startsWith(namespace) ? type.slice(namespace.length) : "";
  return kinds().find((kind) => kind === name);
}

function kindOfStatus(status: number): ProblemKind | undefined {
  return kinds().find((kind) => problemKinds[kind].status === status);
}

function kinds(): readonly ProblemKind[] {
  // Object.keys of a literal table gives its keys.
  return Object.keys(problemKinds) as ProblemKind[];
}
