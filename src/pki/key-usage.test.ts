/** Key usage bits and purposes between names and bytes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as der from "./der.ts";
import { readDer } from "./der-reader.ts";
import {
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  extendedKeyUsages,
  isExtendedKeyUsage,
  keyFits,
  keyUsages,
  readExtendedKeyUsage,
  readKeyUsage,
  usualKeyUsage,
} from "./key-usage.ts";

describe("key usage", () => {
  test("survives writing and reading, for every set of bits", () => {
    fc.assert(
      fc.property(fc.subarray([...keyUsages]), (usages) => {
        expect(readKeyUsage(readDer(encodeKeyUsage(usages), "it"), "keyUsage")).toEqual(usages);
      }),
    );
  });

  test.each([
    { name: "trailing zero bits", bytes: "03020080", says: /trailing zero bits/ },
    { name: "bits that nobody defined", bytes: "0303050060", says: /unknown bits/ },
  ])("$name are refused strictly and read leniently", ({ bytes, says }) => {
    const read = (lenient: boolean) =>
      readKeyUsage(readDer(Uint8Array.fromHex(bytes), "it", { lenient }), "keyUsage");
    expect(() => read(false)).toThrow(says);
    expect(() => read(true)).not.toThrow();
  });

  test("fits the key as RFC 3279, RFC 5480 and RFC 8410 say", () => {
    const rsa = { algorithm: "RSA", size: 2048 } as const;
    const ecdsa = { algorithm: "ECDSA", size: 256 } as const;
    const ed25519 = { algorithm: "Ed25519", size: 256 } as const;
    expect(keyUsages.filter((usage) => !keyFits(rsa, usage))).toEqual([
      "keyAgreement",
      "encipherOnly",
      "decipherOnly",
    ]);
    expect(keyUsages.filter((usage) => !keyFits(ecdsa, usage))).toEqual([
      "keyEncipherment",
      "dataEncipherment",
    ]);
    expect(keyUsages.filter((usage) => keyFits(ed25519, usage))).toEqual([
      "digitalSignature",
      "nonRepudiation",
      "keyCertSign",
      "cRLSign",
    ]);
    for (const key of [rsa, ecdsa, ed25519]) {
      for (const usage of usualKeyUsage(key)) expect(keyFits(key, usage)).toBe(true);
    }
  });
});

describe("extended key usage", () => {
  test("survives writing and reading, with purposes of any OID among them", () => {
    const purpose = fc.oneof(
      fc.constantFrom(...extendedKeyUsages),
      fc.nat().map((n) => `1.3.6.1.4.1.99999.${n}`),
    );
    fc.assert(
      fc.property(fc.array(purpose, { minLength: 1 }), (usages) => {
        for (const usage of usages) expect(isExtendedKeyUsage(usage)).toBe(true);
        expect(readExtendedKeyUsage(readDer(encodeExtendedKeyUsage(usages), "it"), "eku")).toEqual(
          usages,
        );
      }),
    );
  });

  test("is not empty, and not a word", () => {
    expect(() => readExtendedKeyUsage(readDer(der.sequence(), "it"), "eku")).toThrow(/empty/);
    for (const text of ["tls", "", "1", "3.1", "1.03", "1..2"])
      expect(isExtendedKeyUsage(text)).toBe(false);
  });
});
