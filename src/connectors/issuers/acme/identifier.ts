/**
 * Names as ACME orders them: DNS names (RFC 8555 section 9.7.7) and IP addresses (RFC 8738). Others are refused, and so
 * are wildcards, which http-01 cannot prove (RFC 8555 section 8.3).
 */
import { unreachable } from "#base/problem.ts";
import type { GeneralName } from "#pki/subject-alt-name.ts";
import { ConnectorFailure } from "../../failure.ts";

export interface Identifier {
  readonly type: "dns" | "ip";
  readonly value: string;
}

/** Throws a final `ConnectorFailure` that names every name that cannot be ordered. */
export function identifiersOf(names: readonly GeneralName[]): readonly Identifier[] {
  const complaints = names.flatMap((name) => {
    const complaint = complaintOf(name);
    return complaint === undefined ? [] : [`${JSON.stringify(name.value)} ${complaint}`];
  });
  if (complaints.length > 0) {
    throw new ConnectorFailure(complaints.join("; "), { stage: "order", retryable: false });
  }
  return names.flatMap(({ type, value }) =>
    type === "dns" || type === "ip" ? [{ type, value }] : [],
  );
}

function complaintOf({ type, value }: GeneralName): string | undefined {
  switch (type) {
    case "dns":
      return value.startsWith("*.")
        ? "is a wildcard, which needs dns-01; that comes later"
        : undefined;
    case "ip":
      return undefined;
    case "email":
      return "is an e-mail address; ACME orders DNS names and IP addresses";
    case "uri":
      return "is a URI; ACME orders DNS names and IP addresses";
    default:
      return unreachable(type);
  }
}
