/** Problems as RFC 9457 documents. Whatever is no Problem becomes an opaque 500 with an id, and its stack goes to the log. */
import type { Log } from "#base/log.ts";
import { Problem, problemKinds } from "#base/problem.ts";

export interface ProblemDocument {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

export function problemDocument(error: unknown, requestId: string, log: Log): ProblemDocument {
  if (!(error instanceof Problem)) {
    log.error({ err: error, request_id: requestId }, "a request ended in a defect");
    return {
      status: 500,
      body: {
        type: "urn:certctl:problem:internal",
        title: "Something went wrong inside",
        status: 500,
        detail: "this is a defect of the server; its log has the details under the request id",
        request_id: requestId,
      },
      headers: {},
    };
  }
  const { status, title } = problemKinds[error.kind];
  const body = {
    ...error.extra,
    type: `urn:certctl:problem:${error.kind}`,
    title,
    status,
    detail: error.detail,
    request_id: requestId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  };
  return { status, body, headers: headersOf(error) };
}

function headersOf(error: Problem): Record<string, string> {
  if (error.kind === "unauthenticated") return { "www-authenticate": 'Bearer realm="certctl"' };
  const wait = error.extra["retry_after"];
  return typeof wait === "number" ? { "retry-after": String(wait) } : {};
}

export function problemResponse(error: unknown, requestId: string, log: Log): Response {
  const { status, body, headers } = problemDocument(error, requestId, log);
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
