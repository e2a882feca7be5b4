/**
 * Decides from what was seen before and after whether a deployment stays. Pure.
 * Rolled back when the new leaf was expected where the old one had been seen; what was never seen is the operator's choice.
 */
import type { Seen } from "#connectors/host.ts";

/** One endpoint, before and after. */
export interface Observation {
  readonly endpoint: string;
  readonly serverName?: string | undefined;
  /** The leaf before, if it could be seen. */
  readonly before?: string | undefined;
  readonly after: Seen | { readonly reason: string };
}

export type Verdict =
  | { readonly verdict: "deployed"; readonly detail: string }
  | { readonly verdict: "installed-not-seen"; readonly detail: string }
  | { readonly verdict: "roll-back"; readonly detail: string };

export function judge(evidence: {
  readonly expected: string;
  /** The leaf that stood in the file before. */
  readonly previous?: string | undefined;
  readonly onUnseen: "keep" | "rollback";
  readonly observations: readonly Observation[];
}): Verdict {
  const { expected, previous, onUnseen, observations } = evidence;
  if (observations.length === 0) {
    return { verdict: "installed-not-seen", detail: "no endpoint is configured to look at" };
  }
  const missing = observations.filter((it) => !shows(it, expected));
  if (missing.length === 0) {
    return { verdict: "deployed", detail: observations.map(describeSeen).join("; ") };
  }
  const detail = missing.map((it) => describeMissing(it, previous)).join("; ");
  const lost = missing.some((it) => it.before !== undefined && it.before === previous);
  if (lost || onUnseen === "rollback") return { verdict: "roll-back", detail };
  return { verdict: "installed-not-seen", detail };
}

export function shows(observation: Observation, expected: string): boolean {
  return "fingerprint" in observation.after && observation.after.fingerprint === expected;
}

function describeSeen({ endpoint, serverName, after }: Observation): string {
  const version = "tlsVersion" in after ? ` over ${after.tlsVersion}` : "";
  return `${nameOf(endpoint, serverName)} serves the new certificate${version}`;
}

function describeMissing(observation: Observation, previous: string | undefined): string {
  const { endpoint, serverName, before, after } = observation;
  const name = nameOf(endpoint, serverName);
  if ("reason" in after) {
    const earlier = before === undefined ? "; neither could it before" : "";
    return `${after.reason}${earlier}`;
  }
  if (after.fingerprint === previous) {
    return `${name} still serves the old certificate ${short(after.fingerprint)}`;
  }
  const same = before === after.fingerprint ? ", as it did before" : "";
  return `${name} serves another certificate, ${short(after.fingerprint)}${same}`;
}

function nameOf(endpoint: string, serverName: string | undefined): string {
  return serverName === undefined ? endpoint : `${endpoint} (${serverName})`;
}

const short = (fingerprint: string): string => `${fingerprint.slice(0, 16)}…`;
