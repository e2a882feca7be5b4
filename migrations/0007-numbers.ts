/**
 * What the numbers of the dashboard are read from, so that a million certificates are not: what a day had, kept when it is
 * over; who was heard of in which hour; whether a deployment is in use; and indexes of what needs a person.
 */
import type { Engine, Migration } from "./dialect.ts";
import { types } from "./dialect.ts";

export const numbers: Migration = {
  name: "0007-numbers",
  statements: (engine) => [...tables(engine), ...columns(engine), ...indexes],
};

/** By the hour and the day first: what is new stands together, and what is old is one range. */
const tables = (engine: Engine): readonly string[] => {
  const { int } = types[engine];
  const strict = engine === "sqlite" ? "STRICT, WITHOUT ROWID" : "";
  return [
    `CREATE TABLE agent_hours (
      hour ${int} NOT NULL, agent_pk ${int} NOT NULL REFERENCES agents (pk), slots ${int} NOT NULL,
      PRIMARY KEY (hour, agent_pk)
    ) ${strict}`,
    `CREATE TABLE daily_counts (
      day ${int} NOT NULL, name TEXT NOT NULL, team_pk ${int} NOT NULL, n ${int} NOT NULL,
      PRIMARY KEY (day, name, team_pk)
    ) ${strict}`,
  ];
};

const columns = (engine: Engine): readonly string[] => {
  const { int } = types[engine];
  return [
    "ALTER TABLE events ADD COLUMN actor_type TEXT",
    "ALTER TABLE events ADD COLUMN actor_name TEXT",
    `ALTER TABLE jobs ADD COLUMN retried ${int} NOT NULL DEFAULT 0`,
    `ALTER TABLE deployments ADD COLUMN in_use ${int}`,
    // As `refreshInUse` says it, of all.
    `UPDATE deployments SET in_use = CASE
        WHEN state = 'Deployed' AND NOT EXISTS (SELECT 1 FROM deployments others
          WHERE others.certificate_pk = deployments.certificate_pk AND others.target_pk = deployments.target_pk
            AND others.installed_at > COALESCE(deployments.installed_at, 0)) THEN 1 ELSE 0 END
      WHERE EXISTS (SELECT 1 FROM certificate_versions
          WHERE certificate_versions.pk = deployments.version_pk AND certificate_versions.is_current = 1)
        AND EXISTS (SELECT 1 FROM certificates WHERE certificates.pk = deployments.certificate_pk
          AND certificates.archived_at IS NULL AND certificates.revoked_at IS NULL)
        AND EXISTS (SELECT 1 FROM targets WHERE targets.pk = deployments.target_pk AND targets.retired_at IS NULL)`,
  ];
};

const indexes: readonly string[] = [
  // With what tells Expiring from Active before the end: both are a range now.
  "DROP INDEX certificates_status",
  `CREATE INDEX certificates_status ON certificates
    (archived_at, revoked_at, activity, expiring_at, not_after, environment, team_pk)`,
  "CREATE INDEX certificates_environment ON certificates (environment)",
  "CREATE INDEX deployments_in_use ON deployments (in_use, state, certificate_pk) WHERE in_use IS NOT NULL",
  // Not partial: SQLite, which has no statistics here, would take the index of statuses all the same.
  `CREATE INDEX certificates_ending ON certificates
    (archived_at, revoked_at, not_after, activity, renew_at, expiring_at, team_pk, environment)`,
  "CREATE INDEX certificate_versions_created_at ON certificate_versions (created_at, issuer_pk, certificate_pk)",
  `CREATE INDEX jobs_ended ON jobs (completed_at, type, state, attempts, retried, team_pk)
    WHERE completed_at IS NOT NULL`,
  "CREATE INDEX jobs_type ON jobs (type)",
  "CREATE INDEX jobs_team ON jobs (team_pk) WHERE team_pk IS NOT NULL",
];
