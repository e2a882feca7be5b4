/**
 * UTCTime and GeneralizedTime in the profile of RFC 5280 section 4.1.2.5: seconds, `Z`, no fraction, UTCTime through 2049.
 * Lenient mode also reads what old software wrote: no seconds, fractions, zone offsets, the wrong one of the two types.
 */
import { type Instant, instant } from "#base/time.ts";
import { tags, tlv } from "./der.ts";
import { unacceptable } from "./der-element.ts";
import type { DerReader } from "./der-reader.ts";
import { latin1Text } from "./der-string.ts";

/** 99991231235959Z: "no well-defined expiration date" (RFC 5280 section 4.1.2.5). */
export const noExpiration: Instant = instant(253_402_300_799_000);

const pad = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** UTCTime up to 2049, GeneralizedTime from 2050; milliseconds are cut off. */
export function encodeTime(at: Instant): Uint8Array {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) throw new RangeError(`no X.509 time: ${at}`);
  return year < 2050 ? utcTime(date) : generalizedTime(at);
}

/** GeneralizedTime for every year, as OCSP wants it (RFC 6960 section 4.2.2.1). */
export function generalizedTime(at: Instant): Uint8Array {
  const date = new Date(at);
  const year = `${date.getUTCFullYear()}`.padStart(4, "0");
  return tlv(tags.generalizedTime, Buffer.from(`${year}${withinYear(date)}`, "latin1"));
}

function utcTime(date: Date): Uint8Array {
  const year = pad(date.getUTCFullYear() % 100);
  return tlv(tags.utcTime, Buffer.from(`${year}${withinYear(date)}`, "latin1"));
}

function withinYear(date: Date): string {
  const day = `${pad(date.getUTCMonth() + 1)}${pad(date.getUTCDate())}`;
  return `${day}${pad(date.getUTCHours())}${pad(date.getUTCMinutes())}${pad(date.getUTCSeconds())}Z`;
}

const strictPattern = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const lenientPattern = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d))?$/;

/** The next element, which must be a UTCTime or a GeneralizedTime. */
export function readTime(reader: DerReader, what: string): Instant {
  const tag = reader.peek();
  const generalized = tag === tags.generalizedTime;
  const content = reader.content(generalized ? tag : tags.utcTime, what);
  const text = latin1Text(content);
  const yearDigits = generalized ? 4 : 2;
  const yearText = text.slice(0, yearDigits);
  const pattern = reader.lenient ? lenientPattern : strictPattern;
  const match = /^\d+$/.test(yearText) ? pattern.exec(text.slice(yearDigits)) : null;
  if (match === null) {
    throw unacceptable(what, "is not a time of the form (YY)YYMMDDHHMMSSZ");
  }
  if (generalized && !reader.lenient && Number(yearText) < 2050) {
    throw unacceptable(what, "is a GeneralizedTime before 2050, which must be a UTCTime");
  }
  return toInstant(yearText, match, what);
}

function toInstant(yearText: string, match: RegExpExecArray, what: string): Instant {
  const [, month = "", day = "", hour = "", minute = "", second = "0"] = match;
  const date = new Date(0);
  // Two digits below 50 mean this century (RFC 5280 section 4.1.2.5.1).
  const century = Number(yearText) < 50 ? 2000 : 1900;
  const year = yearText.length === 4 ? Number(yearText) : century + Number(yearText);
  date.setUTCFullYear(year, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  // A day or an hour that does not exist would have rolled over into the next.
  const exists =
    date.getUTCMonth() + 1 === Number(month) &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(second);
  if (!exists) throw unacceptable(what, "is a time that does not exist");
  const [sign, offsetHours = "0", offsetMinutes = "0"] = match.slice(6);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return instant(date.getTime() + (sign === "-" ? offset : -offset));
}
