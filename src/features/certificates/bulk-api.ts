/** Work on many certificates: those that are named, all that match, or what both say. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { searchQuery } from "#base/page.ts";
import { BulkAnswer } from "../bulk/answer.ts";
import { criteria, tagging } from "./criteria.ts";

const certificateIds = z
  .array(Id)
  .min(1)
  .max(10_000)
  .optional()
  .meta({ title: "Certificates", description: "Ids" });

const chosen = { certificateIds, ...criteria, ...searchQuery };
// `ownerId` and `teamId` say there who is next.
const { ownerId: _, teamId: __, ...otherCriteria } = criteria;

const inBulk = {
  method: "POST",
  permission: "certificates:write",
  scope: "team",
  effect: "write",
  answer: "accepted",
  output: BulkAnswer,
} as const;

/** What bulk work would be about; counts are of certificates where nothing else is said. */
export const BulkPreview = z.object({
  total: z.int().meta({ title: "As many as bulk work would have items" }),
  some: z.array(z.object({ id: z.string(), name: z.string() })),
  counts: z
    .object({
      notFound: z.int().meta({ title: "Named, and not there for the caller" }),
      served: z.int().meta({ title: "Served now, as the last look at a target saw" }),
      targets: z.int().meta({ title: "Targets that serve them, each as often as it serves one" }),
      expiring: z.int().meta({ title: "In use and ending within 30 days" }),
      renewing: z.int().meta({ title: "Being issued or renewed" }),
      archived: z.int(),
      teams: z.int().meta({ title: "Teams" }),
    })
    .nullable()
    .meta({ description: "Null: more than bulk work takes" }),
});
export type BulkPreview = z.output<typeof BulkPreview>;

export const bulkApi = {
  bulkPreview: contract({
    name: "certificates.bulk-preview",
    summary: "Tell what bulk work would be about; nothing is changed",
    method: "POST",
    path: "/api/v1/certificates/bulk-preview",
    permission: "certificates:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject(chosen),
    output: BulkPreview,
    problems: [],
    cli: { noun: "certs", verb: "bulk-preview" },
  }),
  bulkRenew: contract({
    name: "certificates.bulk-renew",
    summary: "Renew many certificates",
    done: "The renewals were started",
    description:
      "Those named, all that match the criteria, or what both say. Answers with a job; what is revoked, archived, expired or being renewed is skipped.",
    path: "/api/v1/certificates/bulk-renew",
    ...inBulk,
    bulk: { each: "certificates.renew", done: "enqueued" },
    input: z.strictObject({
      ...chosen,
      force: z
        .boolean()
        .default(false)
        .meta({ title: "Even those that are expired or being renewed" }),
    }),
    problems: ["forbidden"],
    cli: { noun: "certs", verb: "bulk-renew" },
  }),
  bulkReassign: contract({
    name: "certificates.bulk-reassign",
    summary: "Give many certificates to another owner",
    done: "Giving them to another owner was started",
    description:
      "Those named, all that match the criteria, or what both say. Without a team each certificate keeps the one it has. Answers with a job.",
    path: "/api/v1/certificates/bulk-reassign",
    ...inBulk,
    bulk: { each: "certificates.update", done: "reassigned" },
    input: z.strictObject({
      certificateIds,
      ...otherCriteria,
      ...searchQuery,
      fromOwnerId: Id.optional().meta({ title: "All of this owner" }),
      fromTeamId: Id.optional().meta({ title: "All of this team" }),
      ownerId: Id.meta({ title: "New owner" }),
      teamId: Id.optional().meta({ title: "New team", description: "Empty: each keeps its own" }),
    }),
    problems: ["forbidden"],
    cli: { noun: "certs", verb: "bulk-reassign" },
  }),
  bulkTag: contract({
    name: "certificates.bulk-tag",
    summary: "Set and remove tags of many certificates",
    done: "Tagging them was started",
    description:
      "Those named, all that match the criteria, or what both say. Other tags stay. Answers with a job.",
    path: "/api/v1/certificates/bulk-tag",
    ...inBulk,
    bulk: { each: "certificates.tag", done: "tagged" },
    input: z.strictObject({ ...chosen, ...tagging }),
    problems: ["forbidden"],
    cli: { noun: "certs", verb: "bulk-tag" },
  }),
  bulkArchive: contract({
    name: "certificates.bulk-archive",
    summary: "Archive many certificates: they are no longer renewed or deployed",
    done: "Archiving them was started",
    description:
      "Those named, all that match the criteria, or what both say. `confirm` says how many that are, so that nobody archives more than they have looked at. Answers with a job.",
    path: "/api/v1/certificates/bulk-archive",
    ...inBulk,
    bulk: { each: "certificates.archive", done: "archived" },
    input: z.strictObject({
      ...chosen,
      unlessServed: z
        .boolean()
        .default(true)
        .meta({ title: "Leave those as they are that a target serves now" }),
      confirm: z.string().max(64).meta({
        title: "Confirm",
        description: "archive N certificates, with the number that is chosen",
      }),
    }),
    problems: ["forbidden"],
    cli: { noun: "certs", verb: "bulk-archive" },
  }),
};
