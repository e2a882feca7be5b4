/**
 * What an ACME server's refusal means for the job (RFC 8555 section 6.7): said in the server's own words, and retryable
 * only where time alone may help. Text of the server is shortened and freed of control characters before it is shown.
 */
import { hours, type Instant, type Milliseconds, seconds } from "#base/time.ts";
import { ConnectorFailure, type FailureOptions } from "../../failure.ts";
import { ProblemDocument } from "./documents.ts";
import type { Reply, Stage } from "./wire.ts";

/** A refusal by the server, with the short name of its type, such as `rateLimited`. */
export class AcmeRefusal extends ConnectorFailure {
  readonly type: string;
  /** The order it is about will not become a certificate any more. */
  readonly endsOrder: boolean;
  constructor(detail: string, options: FailureOptions & { type: string; endsOrder: boolean }) {
    super(detail, options);
    this.name = "AcmeRefusal";
    this.type = options.type;
    this.endsOrder = options.endsOrder;
  }
}

/**
 * Types that the same request may not meet again. Names that could not be validated are among them: records, routes
 * and firewalls are put right while the order waits, and each attempt asks anew. A CAA record that forbids the CA, a
 * refused name or a bad request stays what it is until somebody changes it.
 */
const passing: ReadonlySet<string> = new Set([
  "badNonce",
  "rateLimited",
  "serverInternal",
  "orderNotReady",
  "connection",
  "dns",
  "incorrectResponse",
  "tls",
]);

/**
 * What a refused challenge reports as `unauthorized` is a wrong answer of the named host, not of the account; without a
 * type it has expired or was given up, and a fresh order has fresh ones.
 */
const passingForNames: ReadonlySet<string> = new Set([...passing, "unauthorized", ""]);

/** `rateLimited`; empty where the server named no type. */
const shortType = (type: string): string =>
  type === "about:blank" ? "" : type.replace(/^urn:ietf:params:acme:error:/, "");

/** The failure of a reply that is no success. */
export function refusalOf(stage: Stage, reply: Reply, now: Instant): AcmeRefusal {
  const document = documentOf(reply);
  const type = shortType(document?.type ?? "about:blank");
  const said = document === undefined ? "" : sentenceOf(document);
  const busy = reply.status >= 500 || reply.status === 429 || reply.status === 408;
  return new AcmeRefusal(said || `${reply.host} answered with status ${reply.status}`, {
    stage,
    type,
    endsOrder: false,
    retryable: busy || passing.has(type),
    retryAfter: busy || passing.has(type) ? jobWait(reply.retryAfter(now)) : undefined,
  });
}

/** The failure of names that were not validated, or of an order that became invalid. */
export function refusedNames(
  stage: Stage,
  errors: readonly { readonly name: string; readonly error: ProblemDocument | undefined }[],
): AcmeRefusal {
  const types = errors.flatMap(({ error }) => (error === undefined ? [] : allTypes(error)));
  const said = errors.map(({ name, error }) => {
    const sentence = error === undefined ? "" : sentenceOf(error);
    return `${name}: ${sentence || "refused without a reason"}`;
  });
  return new AcmeRefusal(clean(said.join("; ")), {
    stage,
    type: types[0] ?? "",
    endsOrder: true,
    retryable: types.every((type) => passingForNames.has(type)),
  });
}

const allTypes = (document: ProblemDocument): readonly string[] => {
  const below = document.subproblems.map((it) => shortType(it.type));
  return below.length > 0 ? below : [shortType(document.type)];
};

/** When a job comes back: not so soon that it wastes its attempts, not so late that nobody remembers it. */
export function jobWait(asked: Milliseconds | undefined): Milliseconds | undefined {
  if (asked === undefined) return undefined;
  return Math.min(Math.max(asked, seconds(10)), hours(24));
}

function documentOf(reply: Reply): ProblemDocument | undefined {
  const parsed = ProblemDocument.safeParse(reply.json());
  return parsed.success ? parsed.data : undefined;
}

/** `Order's names are refused (rejectedIdentifier); a.example: on the list of …` */
function sentenceOf(document: ProblemDocument): string {
  const type = shortType(document.type);
  const named = type === "" ? "" : ` (${type})`;
  const below = document.subproblems.map(
    (it) => `; ${it.identifier?.value ?? shortType(it.type)}: ${it.detail}`,
  );
  const whole = `${document.detail}${named}${below.join("")}`;
  return clean(whole.trim());
}

function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return plain.length > 600 ? `${plain.slice(0, 600)} …` : plain;
}
