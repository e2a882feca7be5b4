/** Audit events as they are shown and exported. */
import { z } from "zod";
import { Timestamp } from "#base/time.ts";

export const AuditView = z.object({
  id: z.string(),
  position: z.int().nullable().meta({ title: "Position in the trail" }),
  timestamp: Timestamp,
  actor: z.string(),
  actorType: z.string(),
  actorId: z.string(),
  action: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  outcome: z.enum(["success", "failure", "denied"]),
  requestId: z.string().nullable(),
  address: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditView = z.output<typeof AuditView>;

const columns = [
  "id",
  "timestamp",
  "actor_type",
  "actor",
  "action",
  "resource_type",
  "resource_id",
  "outcome",
  "request_id",
  "address",
  "details",
] as const;

export const csvHeader = `${columns.join(",")}\r\n`;

/** One line of CSV (RFC 4180); a leading formula character is disarmed, because spreadsheets open these files. */
export function toCsv(wire: Readonly<Record<string, unknown>>): string {
  const cells = columns.map((column) => {
    const value = wire[column] ?? "";
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${cells.join(",")}\r\n`;
}
