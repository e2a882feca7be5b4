/** Serial numbers, ours and others', and fingerprints. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Random } from "#base/random.ts";
import { readDer } from "./der-reader.ts";
import { fingerprintFromText, fingerprintOf, sha256 } from "./fingerprint.ts";
import {
  encodeForeignSerialNumber,
  encodeSerialNumber,
  foreignSerialNumberOf,
  newSerialNumber,
  SerialNumber,
  serialNumberOctets,
  serialNumberOf,
} from "./serial-number.ts";

const randomOf = (octets: Uint8Array): Random => ({
  bytes: (length) => octets.slice(0, length),
  fraction: () => 0,
});

describe("a new serial number", () => {
  test("is positive, of 17 octets, and survives the way through DER, whatever chance gives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 17, maxLength: 17 }), (octets) => {
        const serial = newSerialNumber(randomOf(octets));
        expect(SerialNumber.parse(serial)).toBe(serial);
        expect(serialNumberOctets(serial)).toHaveLength(17);
        const reader = readDer(encodeSerialNumber(serial), "it");
        expect(serialNumberOf(reader.unsignedInteger("serial"))).toBe(serial);
      }),
    );
  });

  test("keeps 134 of the random bits", () => {
    expect(newSerialNumber(randomOf(new Uint8Array(17).fill(0xff)))).toBe(
      SerialNumber.parse("7f".padEnd(34, "f")),
    );
    expect(newSerialNumber(randomOf(new Uint8Array(17)))).toBe(
      SerialNumber.parse("40".padEnd(34, "0")),
    );
  });
});

describe("a serial number", () => {
  test.each(["0", "00", "01", "", "ABC", "8".padEnd(40, "0"), "1".padEnd(41, "0"), "0x1"])(
    "%p is none of ours",
    (text) => {
      expect(SerialNumber.safeParse(text).success).toBe(false);
    },
  );

  test.each(["1", "7".padEnd(40, "f"), "abc"])("%p is one", (text) => {
    expect(SerialNumber.safeParse(text).success).toBe(true);
  });

  test("of a stranger keeps its octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (octets) => {
        const serial = foreignSerialNumberOf(octets);
        const reader = readDer(encodeForeignSerialNumber(serial), "it", { lenient: true });
        expect(reader.integer("serial")).toEqual(octets);
      }),
    );
  });
});

describe("a fingerprint", () => {
  // FIPS 180-4 example "abc"
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  test("is the SHA-256 in hexadecimal", () => {
    expect<string>(fingerprintOf(Buffer.from("abc"))).toBe(abc);
    expect(sha256(Buffer.from("abc")).toHex()).toBe(abc);
  });

  test.each([
    abc,
    abc.toUpperCase(),
    abc.replace(/..(?=.)/g, "$&:"),
    `SHA256:${abc}`,
    `sha-256=${abc}`,
    ` ${abc}\n`,
  ])("is recognised in %p", (text) => {
    expect<string | undefined>(fingerprintFromText(text)).toBe(abc);
  });

  test("is not recognised in other text", () => {
    expect(fingerprintFromText("abc")).toBeUndefined();
    expect(fingerprintFromText(`${abc}00`)).toBeUndefined();
  });
});
