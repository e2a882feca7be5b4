/** How this server is: build, database, doors, limits, and every setting with where it comes from. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Timestamp } from "#base/time.ts";

/** A port and what is served there; port 0 is switched off. */
export const Door = z.object({ name: z.string(), port: z.int(), serves: z.string() });
export type Door = z.output<typeof Door>;

export const SettingView = z.object({
  key: z.string(),
  value: z.string().nullable().meta({ title: "Value", description: "Null: not set, or a secret" }),
  isSet: z.boolean(),
  isSecret: z.boolean(),
  source: z.string().meta({ title: "Where it is set" }),
  summary: z.string(),
  effect: z.enum(["restart", "reload", "first start"]).meta({ title: "When a change counts" }),
});
export type SettingView = z.output<typeof SettingView>;

export const SystemView = z.object({
  version: z.string(),
  commit: z.string(),
  buildTime: z.string(),
  runtime: z.string(),
  startedAt: Timestamp,
  uptimeSeconds: z.number(),
  memoryBytes: z.int().meta({ title: "Resident memory" }),
  database: z.object({
    engine: z.string(),
    version: z.string(),
    sizeBytes: z.int(),
    migrations: z.int(),
    lastMigration: z.string(),
  }),
  doors: z.array(Door),
});
export type SystemView = z.output<typeof SystemView>;

const reading = {
  method: "GET",
  permission: "system:read",
  scope: "global",
  effect: "read",
  answer: "json",
  problems: [],
  input: z.strictObject({}),
} as const;

export const systemApi = {
  status: contract({
    ...reading,
    name: "system.status",
    summary: "How this server is: build, database, doors, memory",
    path: "/api/v1/system",
    output: SystemView,
    cli: { noun: "server", verb: "status" },
  }),
  settings: contract({
    ...reading,
    name: "system.settings",
    summary: "Every setting with its value and where it is set; secrets only say whether they are",
    path: "/api/v1/system/settings",
    output: z.object({ data: z.array(SettingView), total: z.int() }),
    cli: { noun: "server", verb: "settings" },
  }),
};
