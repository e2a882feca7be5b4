/** Issuers and their state, authorities, profiles and renewal policies. */
import type { Types } from "../dialect.ts";

export const issuing = (t: Types): readonly string[] => [
  `CREATE TABLE issuers (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    config ${t.json} NOT NULL, sealed ${t.bytes}, enabled ${t.int} NOT NULL, source TEXT NOT NULL,
    last_tested_at ${t.int}, test_status TEXT NOT NULL, test_message TEXT,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE issuer_state (
    issuer_pk ${t.int} NOT NULL REFERENCES issuers (pk), name TEXT NOT NULL, sealed ${t.bytes} NOT NULL,
    PRIMARY KEY (issuer_pk, name)
  ) ${t.strict}`,
  `CREATE TABLE authorities (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, issuer_pk ${t.int} NOT NULL REFERENCES issuers (pk),
    parent_pk ${t.int} REFERENCES authorities (pk), name TEXT NOT NULL, state TEXT NOT NULL, issuing ${t.int} NOT NULL,
    certificate ${t.bytes} NOT NULL, sealed_key ${t.bytes}, serial_number ${t.bytes} NOT NULL,
    fingerprint ${t.bytes} NOT NULL UNIQUE, subject_key_id ${t.bytes} NOT NULL,
    not_before ${t.int} NOT NULL, not_after ${t.int} NOT NULL,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX authorities_issuer ON authorities (issuer_pk)",
  `CREATE TABLE profiles (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
    rules ${t.json} NOT NULL, enabled ${t.int} NOT NULL,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE renewal_policies (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
    renewal_window_days ${t.int}, lifetime_share_percent ${t.int}, auto_renew ${t.int} NOT NULL,
    max_retries ${t.int} NOT NULL, retry_interval_seconds ${t.int} NOT NULL, alert_thresholds_days ${t.json} NOT NULL,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE http01_answers (
    token TEXT PRIMARY KEY, key_authorization TEXT NOT NULL, expires_at ${t.int} NOT NULL
  ) ${t.strict}`,
];
