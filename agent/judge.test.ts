import { expect, test } from "bun:test";
import { instant } from "#base/time.ts";
import { judge, type Observation } from "./judge.ts";

const old = "0".repeat(64);
const fresh = "1".repeat(64);
const other = "2".repeat(64);
const seen = (fingerprint: string): Observation["after"] => ({
  endpoint: "a:443",
  fingerprint,
  chain: [fingerprint],
  tlsVersion: "TLSv1.3",
  at: instant(0),
});
const dark = { reason: "a:443 cannot be seen: refused" };
const at = (before: string | undefined, after: Observation["after"]): Observation => ({
  endpoint: "a:443",
  serverName: "a.test",
  before,
  after,
});

test.each([
  {
    name: "old before, new after",
    it: [at(old, seen(fresh))],
    keep: "deployed",
    rollback: "deployed",
  },
  {
    name: "nothing before, new after",
    it: [at(undefined, seen(fresh))],
    keep: "deployed",
    rollback: "deployed",
  },
  {
    name: "old before, old after",
    it: [at(old, seen(old))],
    keep: "roll-back",
    rollback: "roll-back",
  },
  {
    name: "old before, another after",
    it: [at(old, seen(other))],
    keep: "roll-back",
    rollback: "roll-back",
  },
  { name: "old before, dark after", it: [at(old, dark)], keep: "roll-back", rollback: "roll-back" },
  {
    name: "another before and after",
    it: [at(other, seen(other))],
    keep: "installed-not-seen",
    rollback: "roll-back",
  },
  {
    name: "another before, dark after",
    it: [at(other, dark)],
    keep: "installed-not-seen",
    rollback: "roll-back",
  },
  {
    name: "dark before and after",
    it: [at(undefined, dark)],
    keep: "installed-not-seen",
    rollback: "roll-back",
  },
  {
    name: "one of two sees it, the other lost the old",
    it: [at(old, seen(fresh)), at(old, dark)],
    keep: "roll-back",
    rollback: "roll-back",
  },
  {
    name: "one of two sees it, the other was dark",
    it: [at(old, seen(fresh)), at(undefined, dark)],
    keep: "installed-not-seen",
    rollback: "roll-back",
  },
  { name: "nowhere to look", it: [], keep: "installed-not-seen", rollback: "installed-not-seen" },
] as const)("$name", ({ it, keep, rollback }) => {
  const evidence = { expected: fresh, previous: old, observations: it };
  expect<string>(judge({ ...evidence, onUnseen: "keep" }).verdict).toBe(keep);
  expect<string>(judge({ ...evidence, onUnseen: "rollback" }).verdict).toBe(rollback);
});

test("says which endpoint, by which name, and what is served instead", () => {
  const verdict = judge({
    expected: fresh,
    previous: old,
    onUnseen: "keep",
    observations: [at(old, seen(old)), at(other, seen(other)), at(undefined, dark)],
  });
  expect(verdict.detail).toBe(
    "a:443 (a.test) still serves the old certificate 0000000000000000…; " +
      "a:443 (a.test) serves another certificate, 2222222222222222…, as it did before; " +
      "a:443 cannot be seen: refused; neither could it before",
  );
});
