import { describe, expect, test } from "bun:test";
import { refusedNames } from "./refusal.ts";

const error = (type: string, subproblems: { type: string; detail: string }[] = []) => ({
  type: type === "" ? "about:blank" : `urn:ietf:params:acme:error:${type}`,
  detail: "said",
  subproblems,
});

describe("names that were not validated", () => {
  test.each([
    { type: "connection", retryable: true },
    { type: "dns", retryable: true },
    { type: "tls", retryable: true },
    { type: "unauthorized", retryable: true },
    { type: "incorrectResponse", retryable: true },
    { type: "serverInternal", retryable: true },
    { type: "", retryable: true },
    { type: "caa", retryable: false },
    { type: "rejectedIdentifier", retryable: false },
    { type: "userActionRequired", retryable: false },
    { type: "somethingElse", retryable: false },
  ])("$type: retryable is $retryable, and the order is over", ({ type, retryable }) => {
    const refusal = refusedNames("challenge", [{ name: "a.test", error: error(type) }]);
    expect(refusal).toMatchObject({ retryable, endsOrder: true, stage: "challenge" });
    expect(refusal.message).toBe(`challenge: a.test: said${type === "" ? "" : ` (${type})`}`);
  });

  test("one final reason among several makes it final, and all are told", () => {
    const refusal = refusedNames("challenge", [
      { name: "a.test", error: error("dns") },
      { name: "b.test", error: error("caa") },
      { name: "c.test", error: undefined },
    ]);
    expect(refusal.retryable).toBe(false);
    expect(refusal.message).toBe(
      "challenge: a.test: said (dns); b.test: said (caa); c.test: refused without a reason",
    );
  });

  test("what counts of a compound are its parts", () => {
    const below = [{ type: "urn:ietf:params:acme:error:dns", detail: "no such name" }];
    const refusal = refusedNames("finalize", [{ name: "o", error: error("compound", below) }]);
    expect(refusal.retryable).toBe(true);
  });

  test("a novel is cut", () => {
    const long = { ...error("dns"), detail: "x".repeat(10_000) };
    expect(refusedNames("challenge", [{ name: "a", error: long }]).message.length).toBeLessThan(
      650,
    );
  });
});
