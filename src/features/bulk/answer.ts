/** What bulk work shows of itself. */
import { z } from "zod";

/** Rows of one insert, in a transaction that others wait for on SQLite: measured there at 45 ms. */
export const mostItems = 50_000;

/** What a bulk operation answers: 202 with its job, whose items tell the rest. */
export const BulkAnswer = z.object({
  status: z.literal("accepted"),
  totalMatched: z.int(),
  jobId: z.string(),
  jobUrl: z.string(),
});

export const ItemState = z.enum([
  "waiting",
  "succeeded",
  "skipped",
  "failed",
  "awaiting_approval",
  "cancelled",
]);
export type ItemState = z.infer<typeof ItemState>;

export const ItemView = z.object({
  subjectId: z.string(),
  status: ItemState,
  message: z.string().nullable(),
  jobId: z.string().nullable().meta({ title: "Job", description: "That the item led to" }),
});
export type ItemView = z.output<typeof ItemView>;

/** How many items are in which state. */
export const ItemCounts = z.object({
  total: z.int(),
  waiting: z.int(),
  succeeded: z.int(),
  skipped: z.int(),
  failed: z.int(),
  awaitingApproval: z.int(),
  cancelled: z.int(),
});
export type ItemCounts = z.output<typeof ItemCounts>;
