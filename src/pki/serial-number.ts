/** Serial numbers: ours are positive and random; those of strangers are kept as the octets they are (RFC 5280 section 4.1.2.2). */
import { z } from "zod";
import type { Random } from "#base/random.ts";
import { tags, tlv, unsignedInteger } from "./der.ts";

/** Lower-case hex without separators or leading zeros; at most 20 octets. RFC 5280 section 4.1.2.2. */
export const SerialNumber = z
  .string()
  .regex(/^[1-9a-f][0-9a-f]{0,39}$/, "must be lower-case hexadecimal without leading zeros")
  .refine((hex) => hex.length < 40 || hex < "8", "must be below 2^159")
  .brand<"SerialNumber">()
  .meta({ id: "SerialNumber", title: "Serial number" });
export type SerialNumber = z.infer<typeof SerialNumber>;

/** The content octets of an INTEGER seen in the wild, in lower-case hex: may be negative, zero, padded or endless. */
export const ForeignSerialNumber = z
  .string()
  .regex(/^([0-9a-f]{2})+$/)
  .brand<"ForeignSerialNumber">();
export type ForeignSerialNumber = z.infer<typeof ForeignSerialNumber>;

/**
 * A serial number of 17 octets with 134 random bits. The top bits are 01: always positive, never zero, always the same
 * length, well over the 64 bits of CA/B BR 7.1 and within the 20 octets of RFC 5280.
 */
export function newSerialNumber(random: Random): SerialNumber {
  const octets = random.bytes(17);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  // Seventeen octets that begin with 4 to 7 are what the schema describes.
  return octets.toHex() as SerialNumber;
}

/** The serial number of a positive INTEGER's magnitude; undefined when it is none of ours. */
export function serialNumberOf(magnitude: Uint8Array): SerialNumber | undefined {
  const result = SerialNumber.safeParse(magnitude.toHex().replace(/^0+/, ""));
  return result.success ? result.data : undefined;
}

/** The octets without leading zeros: what the database stores. */
export function serialNumberOctets(serialNumber: SerialNumber): Uint8Array {
  return Uint8Array.fromHex(serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`);
}

export const encodeSerialNumber = (serialNumber: SerialNumber): Uint8Array =>
  unsignedInteger(serialNumberOctets(serialNumber));

export function foreignSerialNumberOf(octets: Uint8Array): ForeignSerialNumber {
  // The hex of at least one octet, which the reader has made sure of.
  return octets.toHex() as ForeignSerialNumber;
}

/** The INTEGER as it was seen, for example to ask a foreign responder about it. */
export const encodeForeignSerialNumber = (serialNumber: ForeignSerialNumber): Uint8Array =>
  tlv(tags.integer, Uint8Array.fromHex(serialNumber));
