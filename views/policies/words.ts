/** What a renewal policy says, as people would say it; examples are computed by the rule that renews. */
import { backoffTable } from "#base/retry.ts";
import { days, hours, instant, type Milliseconds, minutes, seconds } from "#base/time.ts";
import {
  expiringAt,
  jitterShare,
  type RenewalPolicyFields,
  renewAt,
} from "#features/policies/renewal-policy.ts";
import { exactly, roughly } from "../span.ts";

/** In few words: `30 days before the end`. */
export function renewsWhen(it: RenewalPolicyFields): string {
  if (!it.autoRenew) return "Never by itself";
  if (it.renewalWindowDays === null) return `At ${it.lifetimeSharePercent} % of the lifetime`;
  return `${exactly(days(it.renewalWindowDays))} before the end`;
}

export interface Example {
  readonly lifetime: Milliseconds;
  /** After its beginning, before chance moves it earlier; null: never by itself. */
  readonly after: Milliseconds | null;
  /** So long before its end it begins to be shown as Expiring. */
  readonly expiring: Milliseconds;
}

/** From a CA that issues for minutes to the longest that browsers take today. */
export const lifetimes: readonly Milliseconds[] = [
  minutes(10),
  hours(24),
  days(47),
  days(90),
  days(398),
];

export function exampleOf(it: RenewalPolicyFields, lifetime: Milliseconds): Example {
  const validity = { notBefore: instant(0), notAfter: instant(lifetime) };
  return {
    lifetime,
    after: renewAt(validity, it, 0),
    expiring: lifetime - expiringAt(validity, it),
  };
}

/** `A certificate of 90 days renews 30 days before its end, on day 60.` */
export function exampleSentence(it: RenewalPolicyFields): string {
  const { lifetime, after } = exampleOf(it, days(90));
  if (after === null) return "Nothing renews by itself: somebody renews it, or it ends.";
  const day = Math.round(after / days(1));
  return `A certificate of ${exactly(lifetime)} renews ${roughly(lifetime - after)} before its end, on day ${day}.`;
}

/** So far may chance move it earlier. */
export const spread = `Each certificate renews up to ${jitterShare * 100} % of its lifetime earlier, by chance, so that what was issued together does not renew together.`;

/** Days count only where they leave half of the lifetime. */
export function shortLived(it: RenewalPolicyFields): string | undefined {
  if (!it.autoRenew || it.renewalWindowDays === null) return undefined;
  return `What lives less than ${exactly(days(2 * it.renewalWindowDays))} renews at ${it.lifetimeSharePercent} % of its lifetime instead: the days would leave less than half of it.`;
}

/** How a failed renewal is tried again. */
export function retries(it: RenewalPolicyFields): string {
  const { maxRetries: n, retryIntervalSeconds } = it;
  if (n === 0) return "A renewal that fails is not tried again by itself.";
  const times = n === 1 ? "once more" : `${n} more times`;
  if (retryIntervalSeconds > 0) {
    const every = exactly(seconds(retryIntervalSeconds));
    return `A renewal that fails is tried ${times}, ${n === 1 ? "after" : "every"} ${every}.`;
  }
  const waits = Array.from({ length: n }, (_, at) => backoffTable[at] ?? hours(1));
  const [first = hours(1)] = waits;
  if (n === 1) return `A renewal that fails is tried ${times}, after about ${exactly(first)}.`;
  const last = waits.at(-1) ?? first;
  const all = waits.reduce((sum, it) => sum + it, 0);
  return `A renewal that fails is tried ${times}: after about ${exactly(first)} at first, ${exactly(last)} at last, over some ${roughly(all)}.`;
}
