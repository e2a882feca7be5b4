/** What needs a person, in words: the problem and why. Pure. */
import type { Instant } from "#base/time.ts";
import { contracts } from "#features/apis.ts";
import type { Attention } from "#features/overview/attention.ts";
import { relative } from "../time.tsx";

const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** What the subject is called where it is several. */
const things: Readonly<Record<Attention["kind"], readonly [one: string, many: string]>> = {
  certificate_expired: ["certificate", "certificates"],
  renewal_failed: ["renewal", "renewals"],
  issuance_failed: ["order", "orders"],
  deployment_failed: ["deployment", "deployments"],
  served_other: ["deployment", "deployments"],
  agent_offline: ["agent", "agents"],
  issuer_failed: ["issuer", "issuers"],
  authority_expires: ["authority", "authorities"],
  expires_unplanned: ["certificate", "certificates"],
  deployment_not_seen: ["deployment", "deployments"],
  job_failed: ["job", "jobs"],
  schedule_failed: ["schedule", "schedules"],
  approval: ["request", "requests"],
  approval_awaited: ["request of yours", "requests of yours"],
};

/** Of one thing, and of several. */
const verbs: Readonly<Record<Attention["kind"], readonly [one: string, many: string]>> = {
  certificate_expired: ["has expired", "have expired"],
  renewal_failed: ["cannot be renewed", "fail for the same reason"],
  issuance_failed: ["could not be issued", "fail for the same reason"],
  deployment_failed: ["could not be deployed", "fail for the same reason"],
  served_other: ["is not what is served", "are not what is served"],
  agent_offline: ["is silent", "are silent"],
  issuer_failed: ["failed its last test", "failed their last test"],
  authority_expires: ["ends soon", "end soon"],
  expires_unplanned: ["ends, and nothing will renew it", "end, and nothing will renew them"],
  deployment_not_seen: [
    "was installed, and nobody has seen it",
    "were installed, and nobody has seen them",
  ],
  job_failed: ["failed", "failed for the same reason"],
  schedule_failed: ["failed in its last run", "failed in their last run"],
  approval: ["waits for your approval", "wait for your approval"],
  approval_awaited: ["waits for somebody's approval", "wait for somebody's approval"],
};

/** The subject, and what is the matter with it. */
export function problemOf(of: Attention): readonly [subject: string, problem: string] {
  const [one, many] = things[of.kind];
  const [verb, verbs_] = verbs[of.kind];
  const [first, second] = of.subjects;
  if (of.count > 1 || !first)
    return [several(of, one, many), verbFor(of, of.count === 1 ? verb : verbs_)];
  const place = second?.type === "target" ? ` on ${second.name}` : "";
  return [first.name, verb + place + serving(of)];
}

/** Of what was not looked at, nothing is known that they would have in common. */
const verbFor = ({ cause }: Attention, verb: string): string =>
  cause === "less_urgent" ? verb.replace(" for the same reason", "") : verb;

/** Where not all were looked at, what is said is said of the most urgent alone; of the others, how many they are. */
function several({ count: n, among, cause }: Attention, one: string, many: string): string {
  if (among === null) return count(n, one, many);
  const counted = n.toLocaleString("en-US");
  if (cause === "less_urgent") return `${counted} more ${n === 1 ? one : many}`;
  return `${counted} of the ${count(among, one, many)} that are most urgent`;
}

function serving({ kind, facts }: Attention): string {
  const { servingTargets, targets } = facts;
  if (kind !== "certificate_expired" || servingTargets === null || servingTargets === 0) return "";
  return ` and ${servingTargets} of ${count(targets ?? 0, "target")} still ${servingTargets === 1 ? "serves" : "serve"} it`;
}

const causes: Readonly<Record<string, string>> = {
  client_key: "The client holds the key: only a new signing request renews it.",
  renewal_off: "Its policy does not renew by itself.",
  no_time_set: "No time of renewal is set.",
  no_successor: "There is no successor under its name.",
  less_urgent: "Less urgent than those above, and not looked at one by one.",
};

/** Why, in one or two sentences. */
export function reasonOf(of: Attention, now: Instant): string {
  return [said(of), named(of), hanging(of, now)].filter((it) => it !== "").join(" ");
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function said({ reason, cause }: Attention): string {
  if (reason !== null) return sentence(reason);
  return (cause !== null && causes[cause]) || "";
}

/** Some of several by name. */
function named({ count: n, subjects, kind, facts }: Attention): string {
  if (kind === "approval_awaited" && n === 1) return askedFor(facts.operation);
  if (kind === "approval")
    return `${askedFor(facts.operation)} ${askedBy(facts.requestedBy)}`.trim();
  if (n === 1 || subjects.length === 0) return "";
  const names = subjects.map((it) => it.name).join(", ");
  return n > subjects.length
    ? `${names} and ${(n - subjects.length).toLocaleString("en-US")} more.`
    : `${names}.`;
}

/** What the operation does, without what its summary adds. */
function askedFor(operation: string | null): string {
  const summary = contracts.find((it) => it.name === operation)?.summary;
  return summary === undefined ? "" : sentence(summary.replace(/[:;,] .*$/, ""));
}

const askedBy = (who: readonly string[]): string =>
  who.length === 0 ? "" : `Asked for by ${who.join(", ")}.`;

function depending({ facts: { certificates }, count: n }: Attention): string[] {
  if (certificates === null) return [];
  const it = n === 1 ? "it" : "them";
  if (certificates === 0) return [`No certificate depends on ${it}.`];
  const depend = certificates === 1 ? "depends" : "depend";
  return [`${count(certificates, "certificate")} ${depend} on ${it}.`];
}

function hanging(of: Attention, now: Instant): string {
  const { facts, due, kind } = of;
  const parts: string[] = kind === "agent_offline" ? depending(of) : [];
  if (facts.nextRenewalAt !== null) {
    parts.push(
      facts.nextRenewalAt <= now
        ? "The next attempt is due."
        : `Next attempt ${relative(facts.nextRenewalAt, now)}.`,
    );
  }
  if (due !== null && due > now)
    parts.push(`${kind.startsWith("approval") ? "Lapses" : "Ends"} ${relative(due, now)}.`);
  return parts.join(" ");
}

/** What the button says. */
export const nextWords: Readonly<Record<string, string>> = {
  "certificates.renew": "Renew now",
  "certificates.deploy": "Deploy again",
  "certificates.validate": "Look now",
  "issuers.test": "Test again",
  "jobs.cancel": "Withdraw",
  "jobs.retry": "Try again",
  "schedules.run": "Run now",
};
