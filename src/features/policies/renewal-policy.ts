/** When a certificate is renewed: a share of its lifetime or days before its end, and how a failure is retried. */
import { z } from "zod";
import { days, type Instant, instant, later, type Milliseconds, Timestamp } from "#base/time.ts";

export const RenewalPolicyFields = z.strictObject({
  name: z.string().trim().min(1).max(255).meta({ title: "Name" }),
  renewalWindowDays: z
    .int()
    .min(1)
    .max(365)
    .nullable()
    .default(null)
    .meta({ title: "Days before expiry", description: "Empty: by share of the lifetime" }),
  lifetimeSharePercent: z
    .int()
    .min(10)
    .max(95)
    .default(67)
    .meta({ title: "Share of the lifetime (%)" }),
  autoRenew: z.boolean().default(true).meta({ title: "Renew automatically" }),
  maxRetries: z.int().min(0).max(100).default(10).meta({ title: "Attempts after the first" }),
  retryIntervalSeconds: z.int().min(0).max(86_400).default(0).meta({
    title: "Time between attempts",
    description: "0: growing waits from 10 s to 1 h",
    unit: "seconds",
  }),
  alertThresholdsDays: z
    .array(z.int().min(0).max(365))
    .max(10)
    .default([30, 14, 7, 0])
    .meta({ title: "Alert thresholds (days)" }),
});
export type RenewalPolicyFields = z.output<typeof RenewalPolicyFields>;

export const RenewalPolicyView = z.object({
  id: z.string(),
  ...RenewalPolicyFields.shape,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});
export type RenewalPolicyView = z.output<typeof RenewalPolicyView>;

/** What holds for a certificate without a policy. */
export const defaultPolicy: RenewalPolicyFields = RenewalPolicyFields.parse({ name: "default" });

interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** Up to this share of the lifetime the renewal moves earlier, so that a fleet issued together spreads. */
export const jitterShare = 0.05;

/**
 * When to renew. Days before the end count only where they leave at least half of the lifetime: a ten-minute or 47-day
 * certificate under a 30-day rule is renewed by share, once per cycle, and not at once for ever.
 * `fraction` in [0, 1) spreads by up to 5 % of the lifetime, earlier, never later. Null: never by itself.
 */
export function renewAt(
  it: Validity,
  policy: RenewalPolicyFields,
  fraction: number,
): Instant | null {
  if (!policy.autoRenew) return null;
  const lifetime = it.notAfter - it.notBefore;
  const byShare = lifetime * (policy.lifetimeSharePercent / 100);
  const window = policy.renewalWindowDays === null ? undefined : days(policy.renewalWindowDays);
  const byDays = window !== undefined && window <= lifetime / 2 ? lifetime - window : undefined;
  const at = (byDays ?? byShare) - lifetime * jitterShare * fraction;
  return instant(Math.round(it.notBefore + Math.max(at, 0)));
}

/** From when on it is shown as Expiring: the first alert threshold, at most the last third of a short lifetime. */
export function expiringAt(it: Validity, policy: RenewalPolicyFields): Instant {
  const lifetime = it.notAfter - it.notBefore;
  const first: Milliseconds = days(Math.max(...policy.alertThresholdsDays, 0));
  return later(it.notAfter, -Math.min(first, Math.round(lifetime / 3)));
}
