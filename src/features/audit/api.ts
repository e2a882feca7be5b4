/** The audit trail. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { boundedListOf, countQuery, listQuery } from "#base/page.ts";
import { ByteStream } from "#base/stream.ts";
import { Timestamp } from "#base/time.ts";
import { AuditView } from "./event.ts";

const filters = {
  actor: z.string().max(200).optional().meta({ title: "Actor", description: "Id or name" }),
  action: z.string().max(100).optional().meta({ title: "Action" }),
  resourceType: z.string().max(100).optional().meta({ title: "Resource type" }),
  resourceId: z.string().max(200).optional().meta({ title: "Resource" }),
  outcome: z.enum(["success", "failure", "denied"]).optional().meta({ title: "Outcome" }),
  from: Timestamp.optional().meta({ title: "From" }),
  to: Timestamp.optional().meta({ title: "To" }),
};

const reading = { method: "GET", permission: "audit:read", scope: "team", effect: "read" } as const;

export const auditApi = {
  list: contract({
    name: "audit.list",
    summary: "List audit events",
    path: "/api/v1/audit",
    ...reading,
    answer: "json",
    input: z.strictObject({ ...listQuery(["-timestamp"]), ...countQuery, ...filters }),
    output: boundedListOf(AuditView),
    problems: [],
    cli: { noun: "audit", verb: "list" },
  }),
  export: contract({
    name: "audit.export",
    summary: "Export audit events as CSV or NDJSON, however many",
    path: "/api/v1/audit/export",
    ...reading,
    answer: { stream: ["text/csv", "application/x-ndjson"] },
    audited: true,
    input: z.strictObject({
      format: z.enum(["csv", "ndjson"]).default("csv").meta({ title: "Format" }),
      ...filters,
    }),
    output: ByteStream,
    problems: [],
    cli: { noun: "audit", verb: "export" },
  }),
  get: contract({
    name: "audit.get",
    summary: "Show one audit event",
    path: "/api/v1/audit/:id",
    ...reading,
    answer: "json",
    input: z.strictObject({ id: Id }),
    output: AuditView,
    problems: ["not-found"],
    cli: { noun: "audit", verb: "get", positional: "id" },
  }),
};
