/** What needs a person: the shape of one thing of it, and which of two is more urgent. Pure. */
import { z } from "zod";
import { type Instant, Timestamp } from "#base/time.ts";

/** In the order in which they are listed where nothing else decides. */
export const AttentionKind = z.enum([
  "certificate_expired",
  "renewal_failed",
  "issuance_failed",
  "deployment_failed",
  "served_other",
  "agent_offline",
  "issuer_failed",
  "authority_expires",
  "expires_unplanned",
  "deployment_not_seen",
  "job_failed",
  "schedule_failed",
  "approval",
  "approval_awaited",
]);
export type AttentionKind = z.infer<typeof AttentionKind>;

/** `bad`: something fails or will soon; `warn`: it will, if nobody acts; `run`: somebody waits for the caller. */
export const Severity = z.enum(["bad", "warn", "run"]);
export type Severity = z.infer<typeof Severity>;

export const Subject = z.object({
  type: z.enum(["certificate", "target", "agent", "issuer", "authority", "job", "schedule"]),
  id: z.string(),
  name: z.string(),
  /** The end of what is in service, or of the patience; null: none. */
  due: Timestamp.nullable(),
});
export type Subject = z.output<typeof Subject>;

export const Help = z.object({
  operation: z.string().meta({ title: "The operation that helps" }),
  /** As the wire has it. */
  input: z.record(z.string(), z.unknown()),
});
export type Help = z.output<typeof Help>;

export const Attention = z.object({
  key: z.string().meta({ title: "The same as long as the cause is the same" }),
  kind: AttentionKind,
  severity: Severity,
  count: z.int().meta({ title: "How many things share the cause" }),
  subjects: z.array(Subject).meta({ title: "The most urgent of them, at most three" }),
  cause: z.string().nullable().meta({ title: "A word for why, where it is one of a closed set" }),
  reason: z.string().nullable().meta({ title: "The failure in the words of who reported it" }),
  since: Timestamp.nullable(),
  due: Timestamp.nullable().meta({ title: "When it becomes an outage, or did" }),
  facts: z.object({
    targets: z.int().nullable().meta({ title: "Targets they are placed on" }),
    servingTargets: z.int().nullable().meta({ title: "Targets that serve it still" }),
    certificates: z.int().nullable().meta({
      title: "Certificates that hang on it",
      description: "Of several agents: those they hold a key of, also archived ones",
    }),
    nextRenewalAt: Timestamp.nullable().meta({ title: "The next renewal or attempt among them" }),
    seenFingerprint: z.string().nullable(),
    expectedFingerprint: z.string().nullable(),
    lastSeenAt: Timestamp.nullable(),
    operation: z.string().nullable().meta({ title: "What is asked for, or what ran" }),
    requestedBy: z.array(z.string()),
  }),
  path: z.string().meta({ title: "The page that shows them" }),
  isExact: z.boolean().meta({ title: "That page shows these and no others" }),
  among: z.int().nullable().meta({
    title: "How many were looked at, where there are more: the most urgent",
  }),
  actions: z.array(Help).meta({ title: "What helps and the caller may do" }),
});
export type Attention = z.output<typeof Attention>;
type Facts = Attention["facts"];

export const noFacts: Facts = {
  targets: null,
  servingTargets: null,
  certificates: null,
  nextRenewalAt: null,
  seenFingerprint: null,
  expectedFingerprint: null,
  lastSeenAt: null,
  operation: null,
  requestedBy: [],
};

/** At most so many are named. */
export const mostNamed = 3;

/** One thing, with what most things do not have left out. */
export function attention(
  it: Pick<Attention, "key" | "kind" | "severity" | "count" | "subjects" | "path"> &
    Partial<Omit<Attention, "facts">> & { readonly facts?: Partial<Facts> },
): Attention {
  return {
    cause: null,
    reason: null,
    since: null,
    due: it.subjects[0]?.due ?? null,
    actions: [],
    isExact: true,
    among: null,
    ...it,
    subjects: it.subjects.slice(0, mostNamed),
    facts: { ...noFacts, ...it.facts },
  };
}

const far = Number.MAX_SAFE_INTEGER;

/** By severity, then by what ends first, then by kind. */
export function byUrgency(a: Attention, b: Attention): number {
  return (
    Severity.options.indexOf(a.severity) - Severity.options.indexOf(b.severity) ||
    (a.due ?? far) - (b.due ?? far) ||
    AttentionKind.options.indexOf(a.kind) - AttentionKind.options.indexOf(b.kind)
  );
}

/** A short mark of a text, for keys: the same text, the same mark (FNV-1a, 32 bits). */
export function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(36);
}

/** The earliest of some instants; null: none. */
export function earliest(instants: readonly (Instant | null)[]): Instant | null {
  let first: Instant | null = null;
  for (const at of instants) if (at !== null && (first === null || at < first)) first = at;
  return first;
}

/** Rows by what makes them one thing, in the order of their first. */
export function grouped<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): readonly (readonly [string, readonly [Row, ...Row[]]])[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups];
}
