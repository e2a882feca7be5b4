/** The SHA-256 of a DER certificate: how a served leaf is recognised. */
import { hash } from "node:crypto";
import { z } from "zod";

/** SHA-256 of the DER as 64 lower-case hexadecimal digits. */
export const Fingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")
  .brand<"Fingerprint">()
  .meta({ id: "Fingerprint", title: "SHA-256 fingerprint" });
export type Fingerprint = z.infer<typeof Fingerprint>;

export const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer");

// SHA-256 in lower-case hex is what the schema describes.
export const fingerprintOf = (der: Uint8Array): Fingerprint =>
  hash("sha256", der, "hex") as Fingerprint;

/** What people paste: with or without colons, in any case, perhaps with `SHA256:` before it; undefined when it is none. */
export function fingerprintFromText(text: string): Fingerprint | undefined {
  const digits = text
    .trim()
    .replace(/^sha-?256[:=]/i, "")
    .replace(/[:\s]/g, "")
    .toLowerCase();
  const result = Fingerprint.safeParse(digits);
  return result.success ? result.data : undefined;
}
