/** Distinguished names: bytes, values and the text of RFC 4514. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Problem } from "#base/problem.ts";
import * as der from "./der.ts";
import { encodeString, mayEncode, stringTypes } from "./der-string.ts";
import {
  type AttributeTypeAndValue,
  attributeTypes,
  type DistinguishedName,
  encodeName,
  parseName,
  usualEncoding,
  valuesOf,
} from "./name.ts";
import { nameFromText, nameToText } from "./name-text.ts";

const attribute = (): fc.Arbitrary<AttributeTypeAndValue> =>
  fc
    .record({
      type: fc.oneof(
        fc.constantFrom(...Object.keys(attributeTypes)),
        fc.constant("1.3.6.1.4.1.99999.7"),
      ),
      value: fc.oneof(
        fc.string({ unit: "grapheme", minLength: 1 }),
        fc.string({ unit: "binary", minLength: 1 }),
      ),
      encoding: fc.option(fc.constantFrom(...stringTypes), { nil: undefined }),
    })
    .filter(({ type, value, encoding }) => mayEncode(encoding ?? usualEncoding(type), value))
    .map(({ type, value, encoding }) =>
      encoding === undefined || encoding === usualEncoding(type)
        ? { type, value }
        : { type, value, encoding },
    );

const singleValued = () => fc.array(fc.tuple(attribute()), { maxLength: 6 });

describe("bytes", () => {
  test("decoding what was encoded gives the same name, encodings included", () => {
    fc.assert(
      fc.property(singleValued(), (name) => {
        expect(parseName(encodeName(name))).toEqual(name);
      }),
    );
  });

  test("an RDN of several attributes is written in DER order", () => {
    fc.assert(
      fc.property(fc.array(attribute(), { minLength: 1, maxLength: 5 }), (rdn) => {
        const distinct = [
          ...new Map(rdn.map((it) => [`${it.type}=${it.value}/${it.encoding}`, it])).values(),
        ];
        const encoded = encodeName([distinct]);
        expect(encodeName(parseName(encoded))).toEqual(encoded);
      }),
    );
  });

  test("countries and serial numbers are PrintableString, the rest UTF8String, addresses IA5String", () => {
    const name = nameFromText("E=a@b.example,DC=example,CN=a,SERIALNUMBER=1,C=DE");
    const kinds = name.flat().map(({ type }) => [type, usualEncoding(type)]);
    expect(kinds).toEqual([
      ["C", "printableString"],
      ["SERIALNUMBER", "printableString"],
      ["CN", "utf8String"],
      ["DC", "ia5String"],
      ["E", "ia5String"],
    ]);
  });

  const cn = der.objectIdentifier("2.5.4.3");
  const a = der.sequence(cn, encodeString("utf8String", "a"));
  const b = der.sequence(cn, encodeString("utf8String", "b"));
  test.each([
    { name: "an empty RDN", bytes: der.sequence(der.tlv(0x31)), says: /empty RDN/ },
    { name: "an RDN out of order", bytes: der.sequence(der.tlv(0x31, b, a)), says: /DER order/ },
    {
      name: "the same attribute twice",
      bytes: der.sequence(der.tlv(0x31, a, a)),
      says: /DER order/,
    },
    {
      name: "a value that is no string",
      bytes: der.sequence(der.setOf(der.sequence(cn, der.integer(7)))),
      says: /CN in the name is not a string/,
    },
    {
      name: "broken UTF-8",
      bytes: der.sequence(der.setOf(der.sequence(cn, der.tlv(12, Uint8Array.of(0xc0, 0xaf))))),
      says: /not valid UTF-8/,
    },
    {
      name: "a PrintableString with a star",
      bytes: der.sequence(der.setOf(der.sequence(cn, der.tlv(19, Buffer.from("a*"))))),
      says: /cannot have/,
    },
    {
      name: "200 RDNs",
      bytes: der.sequence(...Array.from({ length: 200 }, () => der.setOf(a))),
      says: /more than 50/,
    },
  ])("$name is refused", ({ bytes, says }) => {
    expect(() => parseName(bytes)).toThrow(Problem);
    expect(() => parseName(bytes)).toThrow(says);
  });

  test("lenient reading keeps a value that is no string as hexadecimal", () => {
    const bytes = der.sequence(der.setOf(der.sequence(cn, der.integer(7))));
    const name = parseName(bytes, "it", { lenient: true });
    expect(name).toEqual([[{ type: "CN", value: "020107", encoding: "der" }]]);
    expect(encodeName(name)).toEqual(bytes);
  });
});

describe("text", () => {
  test("reading what was written gives the same name, for every name in usual encodings", () => {
    const usual = fc.array(fc.array(attribute(), { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    fc.assert(
      fc.property(usual, (name) => {
        const plain: DistinguishedName = name
          .map((rdn) => rdn.filter(({ encoding }) => encoding === undefined))
          .filter((rdn) => rdn.length > 0);
        expect(nameFromText(nameToText(plain))).toEqual(plain);
      }),
    );
  });

  test.each([
    // RFC 4514 section 4
    { text: "UID=jsmith,DC=example,DC=net", name: "DC=net / DC=example / UID=jsmith" },
    {
      text: "OU=Sales+CN=J.  Smith,DC=example,DC=net",
      name: "DC=net / DC=example / OU=Sales+CN=J.  Smith",
    },
    {
      text: 'CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net',
      name: 'DC=net / DC=example / CN=James "Jim" Smith, III',
    },
    {
      text: "CN=Before\\0dAfter,DC=example,DC=net",
      name: "DC=net / DC=example / CN=Before\rAfter",
    },
    { text: "1.3.6.1.4.1.1466.0=#04024869", name: "1.3.6.1.4.1.1466.0=04024869" },
    { text: "CN=Lu\\C4\\8Di\\C4\\87", name: "CN=Lučić" },
    // what people type
    { text: "CN=api, O=Acme, C=DE", name: "C=DE / O=Acme / CN=api" },
    { text: "cn=a;o=b", name: "O=b / CN=a" },
    { text: 'O="Sue, Grabbit and Runn",C=GB', name: "C=GB / O=Sue, Grabbit and Runn" },
    { text: "CN=\\ a\\ ", name: "CN= a " },
    { text: "2.5.4.3=x", name: "CN=x" },
    { text: "emailAddress=a@b.example", name: "E=a@b.example" },
    { text: "", name: "" },
  ])("$text is $name", ({ text, name }) => {
    const parsed = nameFromText(text);
    const shown = parsed.map((rdn) => rdn.map(({ type, value }) => `${type}=${value}`).join("+"));
    expect(shown.join(" / ")).toBe(name);
    expect(nameFromText(nameToText(parsed))).toEqual(parsed);
  });

  test("of a foreign name is written even when a value does not fit its encoding", () => {
    const odd = (encoding: "printableString" | "bmpString", value: string) => [
      [{ type: "1.2.3", value, encoding }],
    ];
    expect(nameToText(odd("printableString", "a$"))).toBe("1.2.3=#0c026124");
    expect(nameToText(odd("bmpString", "\ud800"))).toBe("1.2.3=#0c03efbfbd");
  });

  test("characters that a terminal could misread are escaped", () => {
    const name = [[{ type: "CN", value: "a\u202eb\u0000\u001b" }]];
    expect(nameToText(name)).toBe("CN=a\\e2\\80\\aeb\\00\\1b");
  });

  test.each([
    "CN",
    "=a",
    "XX=a",
    "CN=",
    "CN=a\\",
    "CN=#0",
    "CN=#0c05aa",
    "C=Österreich",
    "9.9=a",
    "CN=\\ff",
  ])("%s is refused with a reason", (text) => {
    expect(() => nameFromText(text)).toThrow(Problem);
  });

  test("a text beyond all names is refused unread", () => {
    expect(() => nameFromText(`CN=${" ".repeat(10_000)}x`)).toThrow(/too long/);
  });

  test("values of one type are found in order", () => {
    expect(valuesOf(nameFromText("CN=b,OU=z,CN=a"), "CN")).toEqual(["a", "b"]);
  });
});
