/** What went wrong, in words on standard error, and the exit status: 1 for a problem, 2 for a wrong call. */
import { CallFailure } from "#base/exchange.ts";
import { Problem, problemKinds } from "#base/problem.ts";
import { harmless } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface Failure {
  readonly status: 1 | 2;
  readonly text: string;
}

/** Undefined for what is a defect of ours. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof UsageError) {
    const help = ["certctl", error.about, "--help"].filter((it) => it !== "").join(" ");
    return { status: 2, text: `error: ${harmlessLines(error.message)}\nsee: ${help}\n` };
  }
  if (error instanceof Problem) return { status: 1, text: problemText(error) };
  if (error instanceof CallFailure) return { status: 1, text: callFailureText(error) };
  return undefined;
}

function problemText({ kind, detail, errors, extra }: Problem): string {
  const { request_id: requestId } = extra;
  return [
    `error: ${problemKinds[kind].title}: ${harmless(detail)}`,
    ...errors.map((it) => `  ${harmless(it.path)}: ${harmless(it.message)}`),
    ...requestIdLine(typeof requestId === "string" ? requestId : undefined),
    "",
  ].join("\n");
}

/** Codes of a server certificate that is not trusted here. */
const untrusted: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

const trustHint =
  "give --ca-fingerprint with the CA's fingerprint, which the server prints when it starts, or its trust anchors with --ca-bundle FILE";

function callFailureText({ message, requestId, cause }: CallFailure): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return [
    `error: ${harmless(message)}`,
    ...(untrusted.includes(code) ? [trustHint] : []),
    ...requestIdLine(requestId),
    "",
  ].join("\n");
}

function requestIdLine(requestId: string | undefined): readonly string[] {
  return requestId === undefined ? [] : [`request id: ${harmless(requestId)}`];
}

const harmlessLines = (text: string): string => text.split("\n").map(harmless).join("\n       ");
