/**
 * When a deployment was put in place: of all versions at a target, the one that was put there last is there. Its state
 * says how the last attempt ended, which does not tell: an attempt that failed leaves in place what was there before.
 */
import type { Migration } from "./dialect.ts";

export const deploymentsInPlace: Migration = {
  name: "0005-deployments-in-place",
  statements: (engine) => [
    `ALTER TABLE deployments ADD COLUMN installed_at ${engine === "sqlite" ? "INTEGER" : "BIGINT"}`,
    // The best that is known of what was deployed before: when it was seen, else when its state was written.
    `UPDATE deployments SET installed_at = COALESCE(
        (SELECT deployments.seen_at FROM certificate_versions
          WHERE certificate_versions.pk = deployments.version_pk
            AND certificate_versions.fingerprint = deployments.seen_fingerprint),
        CASE WHEN state IN ('Deployed', 'InstalledNotSeen') THEN updated_at END)`,
    `CREATE INDEX deployments_in_place ON deployments (certificate_pk, target_pk, installed_at)
      WHERE installed_at IS NOT NULL`,
  ],
};
