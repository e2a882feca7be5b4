import { describe, expect, test } from "bun:test";
import { days, instant } from "#base/time.ts";
import { defaultPolicy, renewAt } from "#features/policies/renewal-policy.ts";
import { exampleOf, exampleSentence, lifetimes, renewsWhen, retries, shortLived } from "./words.ts";

const policy = (change: Partial<typeof defaultPolicy>) => ({ ...defaultPolicy, ...change });

describe("a renewal policy in words", () => {
  test.each([
    {
      of: {},
      when: "At 67 % of the lifetime",
      example: "A certificate of 90 days renews 30 days before its end, on day 60.",
    },
    {
      of: { renewalWindowDays: 30 },
      when: "30 days before the end",
      example: "A certificate of 90 days renews 30 days before its end, on day 60.",
    },
    {
      of: { renewalWindowDays: 1 },
      when: "1 day before the end",
      example: "A certificate of 90 days renews 24 hours before its end, on day 89.",
    },
    {
      // The days would leave less than half: the share holds, and the words say so.
      of: { renewalWindowDays: 60, lifetimeSharePercent: 50 },
      when: "60 days before the end",
      example: "A certificate of 90 days renews 45 days before its end, on day 45.",
    },
    {
      of: { autoRenew: false },
      when: "Never by itself",
      example: "Nothing renews by itself: somebody renews it, or it ends.",
    },
  ])("$when", ({ of, when, example }) => {
    expect(renewsWhen(policy(of))).toBe(when);
    expect(exampleSentence(policy(of))).toBe(example);
  });

  test("examples are what the rule does, for every lifetime", () => {
    for (const it of [
      policy({}),
      policy({ renewalWindowDays: 30 }),
      policy({ autoRenew: false }),
    ]) {
      for (const lifetime of lifetimes) {
        const validity = { notBefore: instant(0), notAfter: instant(lifetime) };
        expect(exampleOf(it, lifetime).after).toBe(renewAt(validity, it, 0));
      }
    }
  });

  test("what lives shorter than its days is said where there is such a thing", () => {
    expect(shortLived(policy({ renewalWindowDays: 30 }))).toStartWith(
      "What lives less than 60 days renews at 67 % of its lifetime instead",
    );
    const days59 = exampleOf(policy({ renewalWindowDays: 30 }), days(59));
    expect(days59.after).toBe(instant(Math.round(days(59) * 0.67)));
    expect(shortLived(policy({}))).toBeUndefined();
    expect(shortLived(policy({ renewalWindowDays: 30, autoRenew: false }))).toBeUndefined();
  });

  test.each([
    { of: { maxRetries: 0 }, says: "A renewal that fails is not tried again by itself." },
    {
      of: { maxRetries: 1 },
      says: "A renewal that fails is tried once more, after about 10 seconds.",
    },
    {
      of: { maxRetries: 3 },
      says: "A renewal that fails is tried 3 more times: after about 10 seconds at first, 2 minutes at last, over some 3 minutes.",
    },
    {
      of: { maxRetries: 3, retryIntervalSeconds: 3_600 },
      says: "A renewal that fails is tried 3 more times, every 1 hour.",
    },
    {
      of: { maxRetries: 1, retryIntervalSeconds: 90 },
      says: "A renewal that fails is tried once more, after 90 seconds.",
    },
  ])("$says", ({ of, says }) => {
    expect(retries(policy(of))).toBe(says);
  });
});
