/** Names in certificates: what people type, canonical forms, bytes; and IP addresses. */
import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import fc from "fast-check";
import { Problem } from "#base/problem.ts";
import * as der from "./der.ts";
import { readDer } from "./der-reader.ts";
import { ipFromText, ipToText, isIpv4Mapped } from "./ip-address.ts";
import {
  canonicalName,
  distinctNames,
  encodeGeneralNames,
  type GeneralName,
  generalNameFromText,
  generalNameToText,
  readGeneralNames,
} from "./subject-alt-name.ts";

describe("IP addresses", () => {
  test("survive writing and reading, and the text is one that node takes, too", () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 255), { minLength: 16, maxLength: 16 })
        .map((it) => Uint8Array.from(it)),
    );
    fc.assert(
      fc.property(octets, (it) => {
        const text = ipToText(it) ?? "";
        expect(isIP(text)).toBe(it.length === 4 ? 4 : 6);
        expect(ipFromText(text)).toEqual(it);
      }),
    );
  });

  test("every text of address characters is an address here exactly when node says so", () => {
    const text = fc
      .array(fc.constantFrom("0", "1", "9", "25", "a", "F", ":", "::", "."), { maxLength: 16 })
      .map((it) => it.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (it) => {
        expect(ipFromText(it) !== undefined).toBe(isIP(it) !== 0);
      }),
      { numRuns: 3_000 },
    );
  });

  // RFC 5952 sections 4.1 to 4.3 and 5
  test.each([
    { text: "2001:0db8::0001", canonical: "2001:db8::1" },
    { text: "2001:db8:0:0:0:0:2:1", canonical: "2001:db8::2:1" },
    { text: "2001:db8:0:1:1:1:1:1", canonical: "2001:db8:0:1:1:1:1:1" },
    { text: "2001:0:0:1:0:0:0:1", canonical: "2001:0:0:1::1" },
    { text: "2001:db8:0:0:1:0:0:1", canonical: "2001:db8::1:0:0:1" },
    { text: "2001:DB8:AAAA::", canonical: "2001:db8:aaaa::" },
    { text: "::ffff:c000:0201", canonical: "::ffff:192.0.2.1" },
    { text: "0:0:0:0:0:0:0:0", canonical: "::" },
  ])("$text is written $canonical", ({ text, canonical }) => {
    expect(ipToText(ipFromText(text) ?? new Uint8Array())).toBe(canonical);
  });

  test.each([
    "010.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "1::2::3",
    "fe80::1%eth0",
    "10.0.0.0/8",
    ":1::",
    "",
  ])("%s is no address", (text) => {
    expect(ipFromText(text)).toBeUndefined();
  });

  test("IPv4 in IPv6 clothes is recognised", () => {
    expect(isIpv4Mapped(ipFromText("::ffff:1.2.3.4") ?? new Uint8Array())).toBe(true);
    expect(isIpv4Mapped(ipFromText("::1.2.3.4") ?? new Uint8Array())).toBe(false);
  });
});

describe("what a person types", () => {
  test.each<{ text: string; name: GeneralName }>([
    { text: "api.example.com", name: { type: "dns", value: "api.example.com" } },
    { text: " API.Example.COM ", name: { type: "dns", value: "api.example.com" } },
    { text: "*.example.com", name: { type: "dns", value: "*.example.com" } },
    { text: "10.0.0.1", name: { type: "ip", value: "10.0.0.1" } },
    { text: "::1", name: { type: "ip", value: "::1" } },
    { text: "2001:0DB8::1", name: { type: "ip", value: "2001:db8::1" } },
    { text: "a@B.C", name: { type: "email", value: "a@b.c" } },
    { text: "spiffe://td/x", name: { type: "uri", value: "spiffe://td/x" } },
    { text: "HTTPS://Example.COM/Path", name: { type: "uri", value: "https://example.com/Path" } },
    { text: "urn:uuid:F81D4FAE", name: { type: "uri", value: "urn:uuid:F81D4FAE" } },
    { text: "Bücher.example", name: { type: "dns", value: "xn--bcher-kva.example" } },
    { text: "*.bücher.example", name: { type: "dns", value: "*.xn--bcher-kva.example" } },
    { text: "dns:10.0.0.1", name: { type: "dns", value: "10.0.0.1" } },
    { text: "IP:10.0.0.1", name: { type: "ip", value: "10.0.0.1" } },
    { text: "email:x@y.example", name: { type: "email", value: "x@y.example" } },
    { text: "URI:urn:x:y", name: { type: "uri", value: "urn:x:y" } },
  ])("$text", ({ text, name }) => {
    expect(generalNameFromText(text)).toEqual(name);
    expect(generalNameFromText(`${name.type}:${generalNameToText(name)}`)).toEqual(name);
  });

  test("what no domain name may have stays to be seen and refused", () => {
    const value = "exa\u200bmple.example";
    expect(generalNameFromText(value)).toEqual({ type: "dns", value });
  });

  test.each(["", "  ", "ip:300.0.0.1", "xn--999999999.ü"])("%p is refused at its place", (text) => {
    expect(() => generalNameFromText(text, "sans.3")).toThrow(/sans\.3/);
  });
});

describe("bytes", () => {
  const name = (): fc.Arbitrary<GeneralName> =>
    fc.oneof(
      fc.record({
        type: fc.constantFrom("dns", "email", "uri"),
        value: fc.string({ unit: "grapheme-ascii" }),
      }),
      fc.ipV4().map((value): GeneralName => ({ type: "ip", value })),
      fc.ipV6().map(
        (it): GeneralName => ({
          type: "ip",
          value: ipToText(ipFromText(it) ?? new Uint8Array()) ?? "",
        }),
      ),
    );

  test("decoding what was encoded gives the same names", () => {
    fc.assert(
      fc.property(fc.array(name(), { minLength: 1, maxLength: 8 }), (names) => {
        const reader = readDer(encodeGeneralNames(names), "it");
        expect(readGeneralNames(reader, "the names")).toEqual(names);
        reader.finish();
      }),
    );
  });

  const other = [
    {
      form: "otherName",
      bytes: der.context(0, der.objectIdentifier("1.2.3"), der.context(0, der.nullValue)),
    },
    { form: "x400Address", bytes: der.context(3, der.sequence()) },
    { form: "directoryName", bytes: der.context(4, der.sequence()) },
    { form: "ediPartyName", bytes: der.context(5, der.sequence()) },
    { form: "registeredID", bytes: der.contextPrimitive(8, Uint8Array.of(42, 3)) },
    { form: "tag 89", bytes: der.contextPrimitive(9, Uint8Array.of(1)) },
    { form: "5 octets", bytes: der.contextPrimitive(7, new Uint8Array(5)) },
    { form: "not ASCII", bytes: der.contextPrimitive(2, Buffer.from("bücher")) },
  ];
  test.each(other)("the form $form is refused by name", ({ form, bytes }) => {
    const reader = readDer(der.sequence(bytes), "it");
    expect(() => readGeneralNames(reader, "the names")).toThrow(Problem);
    expect(() => readGeneralNames(readDer(der.sequence(bytes), "it"), "the names")).toThrow(form);
  });

  test("for the inventory they are told and passed over", () => {
    const good = der.contextPrimitive(2, Buffer.from("a.example"));
    const told: string[] = [];
    const all = der.sequence(...other.slice(0, 7).map(({ bytes }) => bytes), good);
    const reader = readDer(all, "it", { lenient: true });
    const names = readGeneralNames(reader, "the names", (complaint) => told.push(complaint));
    expect(names).toEqual([{ type: "dns", value: "a.example" }]);
    expect(told).toHaveLength(7);
  });

  test("an empty list is refused", () => {
    expect(() => readGeneralNames(readDer(der.sequence(), "it"), "the names")).toThrow(/empty/);
  });
});

test("names that differ only in case are one", () => {
  const names = ["h.example", "H.EXAMPLE", "h.example", "10.0.0.1"].map((it) =>
    generalNameFromText(it),
  );
  expect(distinctNames(names)).toEqual([
    { type: "dns", value: "h.example" },
    { type: "ip", value: "10.0.0.1" },
  ]);
  expect(distinctNames([{ type: "dns", value: "A.example" }])).toEqual([
    { type: "dns", value: "a.example" },
  ]);
});

test("the local part of an e-mail address keeps its case", () => {
  expect(canonicalName({ type: "email", value: "Ann@Example.COM" }).value).toBe("Ann@example.com");
});
