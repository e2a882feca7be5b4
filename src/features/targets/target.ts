/** Targets: where certificates are deployed, by which agent, with which configuration. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";
import { findTarget, targets } from "#connectors/targets/index.ts";

/** The seeds' snake_case keys; which ones depends on the type. */
export const TargetConfig = z.record(z.string().max(100), z.unknown());
export type TargetConfig = z.output<typeof TargetConfig>;

export const TargetFields = z.strictObject({
  name: z.string().trim().min(1).max(255).meta({ title: "Name" }),
  type: z
    .string()
    .refine((it) => findTarget(it) !== undefined, {
      error: `must be one of ${targets.map((it) => it.kind).join(", ")}`,
    })
    .meta({ title: "Type", options: targets.map((it) => it.kind) }),
  agentId: Id.meta({ title: "Agent" }),
  config: TargetConfig.meta({ title: "Configuration", widget: "json" }),
  enabled: z.boolean().default(true).meta({ title: "Enabled" }),
});
export type TargetFields = z.output<typeof TargetFields>;

export const TargetView = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  agentId: z.string(),
  agentName: z.string(),
  config: TargetConfig,
  enabled: z.boolean(),
  source: z.string(),
  testStatus: z.enum(["untested", "testing", "success", "failed"]),
  testMessage: z.string().nullable(),
  lastTestedAt: Timestamp.nullable(),
  retiredAt: Timestamp.nullable(),
  retiredReason: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});
export type TargetView = z.output<typeof TargetView>;
