/** The validity of a certificate: whole seconds, notAfter inclusive (RFC 5280 section 4.1.2.5). */
import { type Instant, instant, type Milliseconds, seconds } from "#base/time.ts";
import * as der from "./der.ts";
import type { DerReader } from "./der-reader.ts";
import { encodeTime, noExpiration, readTime } from "./der-time.ts";

export interface Validity {
  readonly notBefore: Instant;
  /** The last second in which the certificate is valid. */
  readonly notAfter: Instant;
}

const wholeSecond = (at: Instant): Instant => instant(Math.floor(at / 1_000) * 1_000);

/** A validity of exactly `lifetime` from `notBefore`, which is rounded down to the second. */
export function validityFrom(notBefore: Instant, lifetime: Milliseconds): Validity {
  const start = wholeSecond(notBefore);
  return {
    notBefore: start,
    notAfter: instant(wholeSecond(instant(start + lifetime)) - seconds(1)),
  };
}

/** How long the certificate is valid, both ends included. */
export const lifetimeOf = ({ notBefore, notAfter }: Validity): Milliseconds =>
  notAfter - notBefore + seconds(1);

export const isValidAt = ({ notBefore, notAfter }: Validity, at: Instant): boolean =>
  at >= notBefore && at < notAfter + seconds(1);

/** The validity cut to the issuer's at both ends, so that no certificate outlives what it hangs on. */
export const clippedTo = (validity: Validity, issuer: Validity): Validity => ({
  notBefore: instant(Math.max(validity.notBefore, issuer.notBefore)),
  notAfter: instant(Math.min(validity.notAfter, issuer.notAfter)),
});

export const hasNoExpiration = ({ notAfter }: Validity): boolean => notAfter >= noExpiration;

export const encodeValidity = ({ notBefore, notAfter }: Validity): Uint8Array =>
  der.sequence(encodeTime(notBefore), encodeTime(notAfter));

export function readValidity(reader: DerReader): Validity {
  const sequence = reader.sequence("the validity");
  const notBefore = readTime(sequence, "notBefore");
  const notAfter = readTime(sequence, "notAfter");
  sequence.finish();
  return { notBefore, notAfter };
}
