/**
 * By whom and what a certificate is kept: how many an owner, a team, a profile and a renewal policy have, and how they
 * stand, is read from these alone. Each begins with the reference, so that a list is narrowed by it, and the deletion of
 * what is referred to looks at no other row.
 */
import type { Migration } from "./dialect.ts";

/** What a status is made of, in the order in which it narrows. */
const standing = "archived_at, revoked_at, activity, expiring_at, not_after";

const indexOf = (name: string, column: string, more = ""): string =>
  `CREATE INDEX ${name} ON certificates (${column}, ${standing}${more}) WHERE ${column} IS NOT NULL`;

export const usersOfRules: Migration = {
  name: "0009-users-of-rules",
  statements: () => [
    "DROP INDEX certificates_owner",
    "DROP INDEX certificates_team",
    indexOf("certificates_owner", "owner_pk", ", team_pk"),
    indexOf("certificates_team", "team_pk"),
    indexOf("certificates_profile", "profile_pk", ", team_pk"),
    indexOf("certificates_renewal_policy", "renewal_policy_pk", ", team_pk"),
  ],
};
