/** Times as RFC 5280 wants them, and validities with an inclusive end. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { days, instant, minutes } from "#base/time.ts";
import { tags, tlv } from "./der.ts";
import { readDer } from "./der-reader.ts";
import { encodeTime, generalizedTime, noExpiration, readTime } from "./der-time.ts";
import { clippedTo, hasNoExpiration, isValidAt, lifetimeOf, validityFrom } from "./validity.ts";

const time = (type: "utcTime" | "generalizedTime", text: string) =>
  tlv(tags[type], Buffer.from(text, "latin1"));
const parse = (bytes: Uint8Array, lenient = false) =>
  readTime(readDer(bytes, "it", { lenient }), "the time");

describe("times", () => {
  test("survive writing and reading to the second, for every year from 1950 to 9999", () => {
    const range = { min: Date.UTC(1950, 0) / 1_000, max: noExpiration / 1_000 };
    fc.assert(
      fc.property(fc.integer(range), (second) => {
        const at = instant(second * 1_000);
        expect(parse(encodeTime(at))).toBe(at);
      }),
    );
  });

  test.each([
    { at: "2049-12-31T23:59:59Z", tag: tags.utcTime, text: "491231235959Z" },
    { at: "2050-01-01T00:00:00Z", tag: tags.generalizedTime, text: "20500101000000Z" },
    { at: "1950-01-01T00:00:00Z", tag: tags.utcTime, text: "500101000000Z" },
    { at: "1999-12-31T23:59:59.999Z", tag: tags.utcTime, text: "991231235959Z" },
  ])("$at is written as $text (RFC 5280 section 4.1.2.5)", ({ at, tag, text }) => {
    expect(encodeTime(instant(Date.parse(at)))).toEqual(tlv(tag, Buffer.from(text)));
  });

  test("the end of time is 99991231235959Z", () => {
    expect(encodeTime(noExpiration)).toEqual(time("generalizedTime", "99991231235959Z"));
    expect(hasNoExpiration({ notBefore: instant(0), notAfter: noExpiration })).toBe(true);
  });

  test("a year that X.509 does not have is a defect of the caller", () => {
    expect(() => encodeTime(instant(Date.UTC(1949, 0)))).toThrow(RangeError);
    expect(() => encodeTime(instant(Number.NaN))).toThrow(RangeError);
  });

  test("GeneralizedTime is written before 2050, too, where OCSP wants it", () => {
    const at = instant(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(generalizedTime(at)).toEqual(time("generalizedTime", "20260102030405Z"));
  });

  test.each([
    { name: "month 13", bytes: time("utcTime", "271301000000Z") },
    { name: "the 30th of February", bytes: time("utcTime", "270230000000Z") },
    { name: "hour 25", bytes: time("utcTime", "270101250000Z") },
    { name: "second 60", bytes: time("utcTime", "270101000060Z") },
    { name: "letters", bytes: time("utcTime", "hello") },
    { name: "a GeneralizedTime before 2050", bytes: time("generalizedTime", "20270101000000Z") },
    { name: "no seconds", bytes: time("utcTime", "2701010000Z") },
    { name: "a zone", bytes: time("utcTime", "270101000000+0100") },
    { name: "a fraction", bytes: time("generalizedTime", "20510101000000.5Z") },
    {
      name: "two-digit years in a GeneralizedTime",
      bytes: time("generalizedTime", "510101000000Z"),
    },
  ])("$name is refused", ({ bytes }) => {
    expect(() => parse(bytes)).toThrow(/the time/);
  });

  test.each([
    { name: "no seconds", bytes: time("utcTime", "2701010203Z"), at: "2027-01-01T02:03:00Z" },
    { name: "a zone", bytes: time("utcTime", "270101020304+0130"), at: "2027-01-01T00:33:04Z" },
    {
      name: "a western zone",
      bytes: time("utcTime", "270101020304-0130"),
      at: "2027-01-01T03:33:04Z",
    },
    {
      name: "a fraction",
      bytes: time("generalizedTime", "20270101020304.5Z"),
      at: "2027-01-01T02:03:04Z",
    },
    {
      name: "a GeneralizedTime without seconds",
      bytes: time("generalizedTime", "202701010203Z"),
      at: "2027-01-01T02:03:00Z",
    },
    {
      name: "the year 0",
      bytes: time("generalizedTime", "00000101000000Z"),
      at: "0000-01-01T00:00:00Z",
    },
  ])("$name is understood in lenient mode", ({ bytes, at }) => {
    expect(parse(bytes, true)).toBe(instant(Date.parse(at)));
  });
});

describe("a validity", () => {
  test("of ten minutes lasts ten minutes, both ends included", () => {
    const validity = validityFrom(instant(1_700_000_000_999), minutes(10));
    expect(validity.notBefore).toBe(instant(1_700_000_000_000));
    expect(validity.notAfter).toBe(instant(1_700_000_599_000));
    expect(lifetimeOf(validity)).toBe(minutes(10));
  });

  test("includes every moment of its last second", () => {
    const validity = validityFrom(instant(0), minutes(10));
    expect(isValidAt(validity, instant(-1))).toBe(false);
    expect(isValidAt(validity, instant(0))).toBe(true);
    expect(isValidAt(validity, instant(minutes(10) - 1))).toBe(true);
    expect(isValidAt(validity, instant(minutes(10)))).toBe(false);
  });

  test("is cut to the issuer's at both ends", () => {
    const issuer = validityFrom(instant(0), days(10));
    expect(clippedTo(validityFrom(instant(-days(1)), days(90)), issuer)).toEqual(issuer);
    const within = validityFrom(instant(0), days(1));
    expect(clippedTo(within, issuer)).toEqual(within);
  });
});
