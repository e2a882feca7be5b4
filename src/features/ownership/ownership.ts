/** Teams and owners: who answers for a certificate. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";

const Name = z.string().trim().min(1).max(255).meta({ title: "Name" });

export const TeamFields = z.strictObject({
  name: Name,
  description: z.string().max(2_000).default("").meta({ title: "Description", widget: "text" }),
});

export const TeamView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});

export const OwnerFields = z.strictObject({
  name: Name,
  email: z.email().max(254).meta({ title: "E-mail" }),
  teamId: Id.optional().meta({ title: "Team" }),
});

export const OwnerView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  teamId: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});

export type TeamView = z.output<typeof TeamView>;
export type OwnerView = z.output<typeof OwnerView>;
