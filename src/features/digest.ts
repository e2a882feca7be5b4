/** What approvers saw and what a client sent, as a value to compare. */
import { createHash } from "node:crypto";

/** SHA-256 of a value's canonical JSON (keys sorted): what approvers saw, what a client sent. */
export function digestOf(value: unknown): Uint8Array {
  return new Uint8Array(createHash("sha256").update(canonical(value)).digest());
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}
