/** What can be done with many certificates, the dangerous last. */
import type { Contract } from "#base/contract.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import type { IconName } from "../icons.ts";

export interface BulkKind {
  readonly of: Contract;
  readonly path: string;
  readonly verb: string;
  readonly icon: IconName;
  /** The fields that a person fills in, by wire name; all others choose certificates. */
  readonly change: readonly string[];
  /** What is asked for. */
  readonly heading: string;
  /** Fields that choose, where the operation calls them otherwise than the list. */
  readonly renamed: Readonly<Record<string, string>>;
  readonly danger: boolean;
}

/** `Renew many certificates`. */
export const titleOf = ({ of }: BulkKind): string => of.summary.replace(/:.*$/, "");

const usual = { renamed: {}, danger: false };

export const bulkKinds: readonly BulkKind[] = [
  {
    ...usual,
    of: certificatesApi.bulkRenew,
    path: "/certificates/bulk-renew",
    verb: "Renew",
    icon: "refresh-cw",
    change: ["force"],
    heading: "How",
  },
  {
    ...usual,
    of: certificatesApi.bulkReassign,
    path: "/certificates/bulk-reassign",
    verb: "Reassign",
    icon: "users",
    change: ["owner_id", "team_id"],
    heading: "To whom",
    renamed: { owner_id: "from_owner_id", team_id: "from_team_id" },
  },
  {
    ...usual,
    of: certificatesApi.bulkTag,
    path: "/certificates/bulk-tag",
    verb: "Tag",
    icon: "tag",
    change: ["set_tags", "remove_tags"],
    heading: "Which tags",
  },
  {
    ...usual,
    of: certificatesApi.bulkArchive,
    path: "/certificates/bulk-archive",
    verb: "Archive",
    icon: "archive",
    change: ["unless_served", "confirm"],
    heading: "To be sure",
    danger: true,
  },
];
