import { describe, expect, test } from "bun:test";
import { extendedKeyUsages, noProfile } from "#features/profiles/profile.ts";
import { keysInShort, keyWords, purposes, purposesInShort, validityWords } from "./words.ts";

describe("a profile in words", () => {
  test("has its keys with the least that each must have", () => {
    expect(noProfile.allowedKeyAlgorithms.map(keyWords)).toEqual([
      "ECDSA from 256 bits",
      "RSA from 2,048 bits",
      "Ed25519",
    ]);
    expect(keysInShort(noProfile.allowedKeyAlgorithms)).toBe("ECDSA 256+, RSA 2,048+, Ed25519");
    expect(keyWords({ algorithm: "RSA", minSize: 0 })).toBe("RSA");
  });

  test("has words for every purpose", () => {
    expect(Object.keys(purposes)).toEqual([...extendedKeyUsages]);
    expect(purposesInShort(["serverAuth", "clientAuth", "codeSigning"])).toBe(
      "TLS servers, TLS clients, code signing",
    );
  });

  test.each([
    { maxTtlSeconds: 0, says: "As the issuer allows" },
    { maxTtlSeconds: 90 * 86_400, says: "At most 90 days" },
    { maxTtlSeconds: 129_600, says: "At most 36 hours" },
    { maxTtlSeconds: 61, says: "At most 61 seconds" },
  ])("$says", ({ says, ...rules }) => {
    expect(validityWords(rules)).toBe(says);
  });
});
