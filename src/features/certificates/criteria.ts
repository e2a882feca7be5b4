/** What certificates are narrowed by, in lists and in bulk work; and what tagging changes. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";
import { CertificateStatus, TagName, Tags } from "./certificate.ts";

/** Wire status in any case: `active` means Active. */
const StatusFilter = z
  .string()
  .refine((it) => statusNamed(it) !== undefined, {
    error: `must be one of ${CertificateStatus.options.join(", ")}`,
  })
  .meta({ title: "Status", options: CertificateStatus.options });

export function statusNamed(text: string): CertificateStatus | undefined {
  return CertificateStatus.options.find((it) => it.toLowerCase() === text.toLowerCase());
}

/** What a list is narrowed by, and what bulk work is about. */
export const criteria = {
  status: StatusFilter.optional(),
  environment: z.string().max(50).optional().meta({ title: "Environment" }),
  ownerId: Id.optional().meta({ title: "Owner" }),
  teamId: Id.optional().meta({ title: "Team" }),
  issuerId: Id.optional().meta({ title: "Issuer" }),
  agentId: Id.optional().meta({ title: "Agent" }),
  profileId: Id.optional().meta({ title: "Profile" }),
  renewal: z
    .enum(["planned", "none"])
    .optional()
    .meta({ title: "Renewal", description: "none: nothing will renew it by itself" }),
  renewalPolicyId: Id.optional().meta({ title: "Renewal policy" }),
  archived: z
    .boolean()
    .optional()
    .meta({ title: "Archived", description: "Both, unless it is said" }),
  expiresBefore: Timestamp.optional(),
  expiresAfter: Timestamp.optional(),
  createdAfter: Timestamp.optional(),
  updatedAfter: Timestamp.optional(),
};

/** The tags to set, which replaces those of the same name, and the names of those to remove. */
export const tagging = {
  setTags: Tags.default({}).meta({ title: "Set", description: "key=value, one a line" }),
  removeTags: z
    .array(TagName)
    .max(50)
    .default([])
    .meta({ title: "Remove", description: "Names of tags" }),
};
