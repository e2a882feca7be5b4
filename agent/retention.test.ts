import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { instant } from "#base/time.ts";
import { decideRemovals, type KeptVersion } from "./retention.ts";

const version = (versionId: string, more: Partial<KeptVersion> = {}): KeptVersion => ({
  versionId,
  created: instant(0),
  issued: true,
  notAfter: instant(1_000),
  ...more,
});
const rule = { now: instant(500), keep: 2, revoked: new Set<string>() };
const seen = { seen: instant(100) };

describe("pruning", () => {
  test.each([
    {
      name: "nothing was seen yet",
      versions: [version("a"), version("b"), version("c")],
      gone: [],
    },
    {
      name: "the last two superseded stay",
      versions: [
        version("a"),
        version("b"),
        version("c", seen),
        version("d", { seen: instant(200) }),
      ],
      gone: ["a"],
    },
    {
      name: "what is newer than the seen one stays",
      versions: [version("a"), version("b"), version("c"), version("d", seen), version("e")],
      gone: ["a"],
    },
    {
      name: "a redeployed older version is current again",
      versions: [version("a", { seen: instant(300) }), version("b", { seen: instant(200) })],
      gone: [],
    },
    {
      name: "an expired pair goes, and does not take the place of another",
      versions: [
        version("a"),
        version("b"),
        version("c", { notAfter: instant(499) }),
        version("d", seen),
      ],
      gone: ["c"],
    },
    {
      name: "a pair in its last millisecond stays",
      versions: [version("a", { notAfter: instant(500) }), version("b", seen)],
      gone: [],
    },
    {
      name: "a superseded key that never got a certificate goes",
      versions: [version("a", { issued: false }), version("b", seen)],
      gone: ["a"],
    },
  ])("$name", ({ versions, gone }) => {
    expect(decideRemovals(versions, rule)).toEqual(gone);
  });

  test("a revoked pair goes", () => {
    const versions = [version("a"), version("b", seen)];
    expect(decideRemovals(versions, { ...rule, revoked: new Set(["a"]) })).toEqual(["a"]);
  });

  test("never removes the pair seen last, nor anything newer, whatever the history", () => {
    const any = fc.record({
      seen: fc.option(fc.integer({ min: 0, max: 900 }).map(instant), { nil: undefined }),
      issued: fc.boolean(),
      notAfter: fc.option(fc.integer({ min: 0, max: 900 }).map(instant), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.nat(3), (list, keep) => {
        const versions = list.map((it, index) => version(`v${index}`, it));
        const removed = decideRemovals(versions, { ...rule, keep });
        const newest = Math.max(...versions.map((it) => it.seen ?? -1));
        const current = versions.findLastIndex((it) => it.seen === newest && newest >= 0);
        for (const id of removed) expect(Number(id.slice(1))).toBeLessThan(current);
      }),
    );
  });
});
