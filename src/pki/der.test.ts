/** The DER writer and reader against each other and against X.690's own examples. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Problem } from "#base/problem.ts";
import * as der from "./der.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { decodeString, encodeString, mayEncode, stringTypes } from "./der-string.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

function read<T>(bytes: Uint8Array, action: (reader: DerReader) => T, lenient = false): T {
  const reader = readDer(bytes, "it", { lenient });
  const value = action(reader);
  reader.finish();
  return value;
}

describe("writing and reading again", () => {
  test("gives the same octets for every content of every length", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000]) {
      const content = new Uint8Array(length).fill(7);
      const encoded = der.octetString(content);
      expect(read(encoded, (it) => it.octetString("octets"))).toEqual(content);
    }
  });

  test("gives the same magnitude for every unsigned integer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const first = octets.findIndex((it) => it !== 0);
        const magnitude = first < 0 ? new Uint8Array() : octets.slice(first);
        const again = read(der.unsignedInteger(octets), (it) => it.unsignedInteger("n"));
        expect(again).toEqual(magnitude);
      }),
    );
  });

  test("gives the same small number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fff_ffff }), (n) => {
        expect(read(der.integer(n), (it) => it.smallInteger("n"))).toBe(n);
      }),
    );
  });

  test("gives the same OID, arcs of 128 bits included", () => {
    const arc = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.maxSafeNat(),
      fc.bigInt(0n, 2n ** 128n - 1n),
    );
    const oid = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 39 })),
      fc.tuple(fc.constant(2), fc.integer({ min: 0, max: 1_000_000 })),
    );
    fc.assert(
      fc.property(oid, fc.array(arc, { maxLength: 3 }), (head, rest) => {
        const dotted = [...head, ...rest].join(".");
        expect(read(der.objectIdentifier(dotted), (it) => it.objectIdentifier("oid"))).toBe(dotted);
      }),
    );
  });

  test("gives the same text for every string type that has its characters", () => {
    fc.assert(
      fc.property(fc.constantFrom(...stringTypes), fc.string({ unit: "binary" }), (type, text) => {
        fc.pre(mayEncode(type, text));
        const encoded = encodeString(type, text);
        const content = read(encoded, (it) => it.content(der.tags[type], "text"));
        expect(decodeString(type, content, { what: "text" })).toBe(text);
      }),
    );
  });

  test("sorts the elements of a SET OF by their encodings", () => {
    const parts = [hex("0c0162"), hex("020101"), hex("0c0161")];
    expect(der.setOf(...parts).toHex()).toBe("3109" + "020101" + "0c0161" + "0c0162");
  });
});

describe("what the standards print", () => {
  test.each([
    {
      name: "X.690 section 8.19.5, 2.100.3",
      bytes: der.objectIdentifier("2.100.3"),
      printed: "0603813403",
    },
    {
      name: "RSA's arc",
      bytes: der.objectIdentifier("1.2.840.113549"),
      printed: "06062a864886f70d",
    },
    { name: "an INTEGER that needs a zero octet", bytes: der.integer(128), printed: "02020080" },
    { name: "zero", bytes: der.integer(0), printed: "020100" },
    { name: "RFC 5280 keyCertSign and cRLSign", bytes: der.namedBits([5, 6]), printed: "03020106" },
    { name: "a named bit list without bits", bytes: der.namedBits([]), printed: "030100" },
    { name: "decipherOnly, bit 8", bytes: der.namedBits([8]), printed: "0303070080" },
    {
      name: "a length of 128",
      bytes: der.octetString(new Uint8Array(128)).subarray(0, 3),
      printed: "048180",
    },
  ])("$name", ({ bytes, printed }) => {
    expect(bytes.toHex()).toBe(printed);
  });
});

describe("the strict reader refuses", () => {
  const any = (reader: DerReader) => reader.element("it");
  const cases: {
    readonly name: string;
    readonly bytes: string;
    readonly action: (reader: DerReader) => unknown;
    readonly says: RegExp;
    readonly lenient?: boolean;
  }[] = [
    { name: "an indefinite length", bytes: "3080 0000", action: any, says: /indefinite length/ },
    {
      name: "a length that is not minimal",
      bytes: "04810100",
      action: any,
      says: /not minimal/,
      lenient: true,
    },
    {
      name: "a long length with a leading zero",
      bytes: "04820001 00",
      action: any,
      says: /not minimal/,
      lenient: true,
    },
    {
      name: "a length of five octets",
      bytes: "04850000000001 00",
      action: any,
      says: /more than four/,
    },
    {
      name: "a length beyond the end",
      bytes: "0403 00",
      action: any,
      says: /claims 3 octets where 1/,
    },
    { name: "half a header", bytes: "04", action: any, says: /cut off/ },
    {
      name: "octets after the end",
      bytes: "0500 00",
      action: (it) => it.null("null"),
      says: /1 octets too many/,
    },
    { name: "a tag number of 31", bytes: "1f0100", action: any, says: /31 or more/ },
    { name: "the reserved tag 0", bytes: "0000", action: any, says: /reserved tag/ },
    { name: "a constructed string", bytes: "2c03 0c0161", action: any, says: /DER does not know/ },
    { name: "a primitive sequence", bytes: "1000", action: any, says: /DER does not know/ },
    {
      name: "an integer without octets",
      bytes: "0200",
      action: (it) => it.integer("n"),
      says: /without octets/,
    },
    {
      name: "a padded integer",
      bytes: "02020001",
      action: (it) => it.integer("n"),
      says: /not minimal/,
      lenient: true,
    },
    {
      name: "a padded negative",
      bytes: "0202ff80",
      action: (it) => it.integer("n"),
      says: /not minimal/,
      lenient: true,
    },
    {
      name: "a negative size",
      bytes: "020180",
      action: (it) => it.smallInteger("n"),
      says: /negative/,
    },
    {
      name: "a size of five octets",
      bytes: "02050100000000",
      action: (it) => it.smallInteger("n"),
      says: /too large/,
    },
    {
      name: "a boolean 01",
      bytes: "010101",
      action: (it) => it.boolean("b"),
      says: /neither 00 nor FF/,
      lenient: true,
    },
    {
      name: "a boolean of two octets",
      bytes: "0102ffff",
      action: (it) => it.boolean("b"),
      says: /one octet/,
    },
    {
      name: "a null with content",
      bytes: "050100",
      action: (it) => it.null("null"),
      says: /NULL with content/,
    },
    {
      name: "eight unused bits",
      bytes: "03020800",
      action: (it) => it.bits("bits"),
      says: /8 unused bits/,
    },
    {
      name: "unused bits of nothing",
      bytes: "030101",
      action: (it) => it.bits("bits"),
      says: /1 unused bits/,
    },
    {
      name: "unused bits that are set",
      bytes: "03020101",
      action: (it) => it.bits("bits"),
      says: /not zero/,
      lenient: true,
    },
    {
      name: "an OID without octets",
      bytes: "0600",
      action: (it) => it.objectIdentifier("oid"),
      says: /without octets/,
    },
    {
      name: "an OID with a padded arc",
      bytes: "06032a8001",
      action: (it) => it.objectIdentifier("oid"),
      says: /arc that is not minimal/,
    },
    {
      name: "an OID that ends within an arc",
      bytes: "06022a80",
      action: (it) => it.objectIdentifier("oid"),
      says: /within an arc/,
    },
    {
      name: "an endless OID",
      bytes: `0641${"01".repeat(65)}`,
      action: (it) => it.objectIdentifier("oid"),
      says: /over 64 octets/,
    },
    {
      name: "another tag than expected",
      bytes: "0400",
      action: (it) => it.sequence("the thing"),
      says: /the thing has tag 04 where 30/,
    },
    {
      name: "an end where something should be",
      bytes: "3000",
      action: (it) => it.sequence("a").integer("b"),
      says: /a ends where b should be/,
    },
  ];

  test.each(cases)("$name", ({ bytes, action, says }) => {
    expect(() => read(hex(bytes), action)).toThrow(Problem);
    expect(() => read(hex(bytes), action)).toThrow(says);
  });

  test.each(cases.filter((it) => it.lenient === true))(
    "and lenient mode takes $name",
    ({ bytes, action }) => {
      expect(() => read(hex(bytes), action, true)).not.toThrow();
    },
  );

  test("nesting over 32 levels, whichever way it is read", () => {
    let nested: Uint8Array = der.nullValue;
    for (let i = 0; i < 40; i++) nested = der.sequence(nested);
    expect(() => read(nested, (it) => it.element("nest"))).toThrow(/nested over 32/);
    const descend = (reader: DerReader): void => descend(reader.sequence("nest"));
    expect(() => read(nested, descend)).toThrow(/nested over 32/);
  });

  test("input above the limit, before it is read", () => {
    expect(() => readDer(new Uint8Array(11), "it", { maximum: 10 })).toThrow(/at most 10/);
  });
});

test("any octets give a value or a Problem, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (octets, lenient) => {
      try {
        read(octets, (it) => it.element("it"), lenient);
      } catch (problem) {
        expect(problem).toBeInstanceOf(Problem);
      }
    }),
    { numRuns: 2_000 },
  );
});
