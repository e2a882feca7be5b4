/** Problems: the errors a caller is meant to understand (RFC 9457). Everything else is a defect. */

/** Every problem the product can report: its HTTP status and its title. */
export const problemKinds = {
  "invalid-input": { status: 400, title: "Invalid input" },
  unauthenticated: { status: 401, title: "Not signed in" },
  forbidden: { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "method-not-allowed": { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict" },
  "already-exists": { status: 409, title: "Already exists" },
  "in-use": { status: 409, title: "Still in use" },
  "wrong-state": { status: 409, title: "Not possible in this state" },
  "blocked-by-dependencies": { status: 409, title: "Blocked by dependencies" },
  "replay-withheld": { status: 409, title: "The answer is not repeated" },
  gone: { status: 410, title: "Gone" },
  "precondition-failed": { status: 412, title: "Changed by somebody else" },
  "too-large": { status: 413, title: "Too large" },
  "unsupported-media-type": { status: 415, title: "Unsupported media type" },
  "idempotency-mismatch": { status: 422, title: "Idempotency key used for another request" },
  refused: { status: 422, title: "Refused by policy" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "issuer-failed": { status: 502, title: "The issuer failed" },
  unavailable: { status: 503, title: "Unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof problemKinds;

/** What is wrong at one place of the input; `path` is the wire name, such as `sans.0`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An error with a stable kind. `detail` is for the caller, `cause` for the log, `extra` becomes members of the document. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly detail: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[];

  constructor(
    kind: ProblemKind,
    detail: string,
    options: {
      cause?: unknown;
      extra?: Record<string, unknown>;
      errors?: readonly FieldError[];
    } = {},
  ) {
    super(`${kind}: ${detail}`, { cause: options.cause });
    this.name = "Problem";
    this.kind = kind;
    this.detail = detail;
    this.extra = options.extra ?? {};
    this.errors = options.errors ?? [];
  }
}

/** A bad value at one place of the input. */
export function invalid(path: string, message: string, cause?: unknown): Problem {
  return new Problem("invalid-input", `${path}: ${message}`, {
    errors: [{ path, message }],
    cause,
  });
}

export function notFound(what: string, id: string): Problem {
  return new Problem("not-found", `there is no ${what} ${id}`);
}

/** The row changed between prepare and commit: the runner prepares again. */
export class Lost extends Error {
  constructor(what: string) {
    super(`${what} changed meanwhile`);
    this.name = "Lost";
  }
}

/** Marks a branch the type checker has proved unreachable. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
