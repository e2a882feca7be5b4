/** The problems page: every kind of error a caller is meant to understand. */
import { type ProblemKind, problemKinds } from "#base/problem.ts";
import { contracts } from "#features/apis.ts";
import { code, codes, fenced, page, plain, table } from "./markdown.ts";

const example = `{
  "type": "urn:certctl:problem:invalid-input",
  "title": "Invalid input",
  "status": 400,
  "detail": "sans.0: must be a DNS name, an IP address, an e-mail address or a URI",
  "request_id": "req-0k3v5x7z9abcdefg",
  "errors": [{ "path": "sans.0", "message": "must be a DNS name, an IP address, an e-mail address or a URI" }]
}`;

export function problemsPage(): string {
  // Object.keys of a literal table gives its keys.
  const kinds = Object.keys(problemKinds) as ProblemKind[];
  const rows = kinds.map((kind) => {
    const { status, title } = problemKinds[kind];
    const declaring = contracts.filter((it) => it.problems.includes(kind)).map((it) => it.name);
    return [
      code(kind),
      String(status),
      plain(title),
      codes(declaring) || "any operation, or the edge",
    ];
  });
  return page(
    "Problems",
    "Errors are documents of the type `application/problem+json` (RFC 9457). `type` is `urn:certctl:problem:` and the kind, and is what programs should compare; `detail` is for people; `errors` names the places of the input that are wrong; `request_id` finds the log lines.",
    fenced("json", example),
    "Kinds that no operation declares come from the edge: authentication, limits, media types. A defect of the server is `urn:certctl:problem:internal`, status 500.",
    table(["Kind", "Status", "Title", "Declared by"], rows),
  );
}
