/** Audit events as they are shown and exported. */
import { z } from "zod";
import { toSnake } from "#base/case.ts";
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

/** Maps whose keys are a caller's own. */
const freeForm: ReadonlySet<string> = new Set(["tags", "config"]);

/** Rows keep the keys of the code and cannot be changed; who reads them gets those of the wire, one level down as well. */
export function detailsOnWire(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return renamed(details, (key, value) => {
    if (freeForm.has(key)) return value;
    return Array.isArray(value) ? value.map(inner) : inner(value);
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const inner = (value: unknown): unknown =>
  isObject(value) ? renamed(value, (_, it) => it) : value;

const renamed = (
  it: Readonly<Record<string, unknown>>,
  change: (key: string, value: unknown) => unknown,
) =>
  Object.fromEntries(Object.entries(it).map(([key, value]) => [toSnake(key), change(key, value)]));

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
