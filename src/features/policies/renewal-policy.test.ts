import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { days, instant, minutes } from "#base/time.ts";
import { defaultPolicy, expiringAt, renewAt } from "./renewal-policy.ts";

const of = (lifetime: number) => ({ notBefore: instant(0), notAfter: instant(lifetime) });

describe("renewal", () => {
  test.each([
    {
      name: "two thirds of 90 days by default",
      lifetime: days(90),
      policy: {},
      fraction: 0,
      expected: days(90) * 0.67,
    },
    {
      name: "two thirds of ten minutes too",
      lifetime: minutes(10),
      policy: {},
      fraction: 0,
      expected: minutes(6.7),
    },
    {
      name: "days before the end where the policy says so",
      lifetime: days(90),
      policy: { renewalWindowDays: 30 },
      fraction: 0,
      expected: days(60),
    },
    {
      name: "not by days that leave less than half of the lifetime",
      lifetime: days(47),
      policy: { renewalWindowDays: 30 },
      fraction: 0,
      expected: days(47) * 0.67,
    },
    {
      name: "earlier by chance, never later",
      lifetime: days(100),
      policy: {},
      fraction: 1,
      expected: days(62),
    },
  ])("$name", ({ lifetime, policy, fraction, expected }) => {
    expect(renewAt(of(lifetime), { ...defaultPolicy, ...policy }, fraction)).toBe(
      instant(Math.round(expected)),
    );
  });

  test("is never by itself where the policy says so", () => {
    expect(renewAt(of(days(90)), { ...defaultPolicy, autoRenew: false }, 0)).toBeNull();
  });

  test("always lies within the lifetime and leaves time before the end, for every lifetime and policy", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: minutes(1), max: days(3_650) }),
        fc.option(fc.integer({ min: 1, max: 365 }), { nil: null }),
        fc.integer({ min: 10, max: 95 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (lifetime, renewalWindowDays, lifetimeSharePercent, fraction) => {
          const policy = { ...defaultPolicy, renewalWindowDays, lifetimeSharePercent };
          const at = renewAt(of(lifetime), policy, fraction) ?? 0;
          expect(at).toBeGreaterThan(0);
          expect(at).toBeLessThan(lifetime);
          expect(expiringAt(of(lifetime), policy)).toBeLessThanOrEqual(lifetime);
        },
      ),
    );
  });
});
