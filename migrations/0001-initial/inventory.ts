/** Agents, targets, managed certificates with their versions, deployments, orders and search. */
import type { Engine, Types } from "../dialect.ts";

export const inventory = (t: Types, engine: Engine): readonly string[] => [
  `CREATE TABLE agents (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, team_pk ${t.int} REFERENCES teams (pk),
    hostname TEXT NOT NULL, os TEXT NOT NULL, architecture TEXT NOT NULL, ip_address TEXT NOT NULL, version TEXT NOT NULL,
    capabilities ${t.json} NOT NULL, credential_hash ${t.bytes} UNIQUE, encryption_key TEXT,
    last_heartbeat_at ${t.int}, offline_since ${t.int}, retired_at ${t.int}, retired_reason TEXT,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE join_tokens (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT, hash ${t.bytes} NOT NULL UNIQUE, team_pk ${t.int} REFERENCES teams (pk),
    created_by TEXT NOT NULL, expires_at ${t.int} NOT NULL, used_at ${t.int}, agent_pk ${t.int} REFERENCES agents (pk),
    created_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE targets (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, type TEXT NOT NULL,
    agent_pk ${t.int} NOT NULL REFERENCES agents (pk), config ${t.json} NOT NULL, enabled ${t.int} NOT NULL, source TEXT NOT NULL,
    last_tested_at ${t.int}, test_status TEXT NOT NULL, test_message TEXT, retired_at ${t.int}, retired_reason TEXT,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL,
    UNIQUE (agent_pk, name)
  ) ${t.strict}`,
  `CREATE TABLE certificates (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, common_name TEXT NOT NULL, sans ${t.json} NOT NULL,
    environment TEXT NOT NULL, owner_pk ${t.int} REFERENCES owners (pk), team_pk ${t.int} REFERENCES teams (pk),
    issuer_pk ${t.int} NOT NULL REFERENCES issuers (pk), profile_pk ${t.int} REFERENCES profiles (pk),
    renewal_policy_pk ${t.int} REFERENCES renewal_policies (pk), tags ${t.json} NOT NULL, source TEXT NOT NULL,
    key_algorithm TEXT NOT NULL, validity_seconds ${t.int}, activity TEXT NOT NULL, failure TEXT,
    not_before ${t.int}, not_after ${t.int}, expiring_at ${t.int}, renew_at ${t.int},
    archived_at ${t.int}, revoked_at ${t.int}, revocation_reason TEXT, last_renewal_at ${t.int}, last_deployment_at ${t.int},
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX certificates_common_name ON certificates (common_name)",
  "CREATE INDEX certificates_not_after ON certificates (not_after)",
  "CREATE INDEX certificates_updated_at ON certificates (updated_at)",
  "CREATE INDEX certificates_team ON certificates (team_pk)",
  "CREATE INDEX certificates_owner ON certificates (owner_pk)",
  "CREATE INDEX certificates_issuer ON certificates (issuer_pk)",
  // Has all that a status is made of, so that counting a million by status reads no rows.
  "CREATE INDEX certificates_status ON certificates (archived_at, revoked_at, activity, not_after, expiring_at, environment, team_pk)",
  "CREATE INDEX certificates_renew_at ON certificates (renew_at) WHERE renew_at IS NOT NULL",
  `CREATE TABLE chains (pk ${t.key}, hash ${t.bytes} NOT NULL UNIQUE, certificates ${t.bytes} NOT NULL) ${t.strict}`,
  `CREATE TABLE certificate_versions (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, certificate_pk ${t.int} NOT NULL REFERENCES certificates (pk),
    holder_pk ${t.int} REFERENCES agents (pk), issuer_pk ${t.int} NOT NULL REFERENCES issuers (pk),
    authority_pk ${t.int} REFERENCES authorities (pk), serial_number ${t.bytes} NOT NULL, fingerprint ${t.bytes} NOT NULL UNIQUE,
    not_before ${t.int} NOT NULL, not_after ${t.int} NOT NULL, certificate ${t.bytes} NOT NULL,
    chain_pk ${t.int} NOT NULL REFERENCES chains (pk), request ${t.bytes} NOT NULL, key_algorithm TEXT NOT NULL,
    is_current ${t.int} NOT NULL, key_available ${t.int} NOT NULL, created_at ${t.int} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX certificate_versions_certificate ON certificate_versions (certificate_pk)",
  "CREATE INDEX certificate_versions_serial_number ON certificate_versions (serial_number)",
  "CREATE INDEX certificate_versions_holder ON certificate_versions (holder_pk) WHERE is_current = 1 AND holder_pk IS NOT NULL",
  `CREATE TABLE certificate_targets (
    certificate_pk ${t.int} NOT NULL REFERENCES certificates (pk), target_pk ${t.int} NOT NULL REFERENCES targets (pk),
    PRIMARY KEY (certificate_pk, target_pk)
  ) ${t.strict}`,
  "CREATE INDEX certificate_targets_target ON certificate_targets (target_pk)",
  `CREATE TABLE deployments (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, certificate_pk ${t.int} NOT NULL REFERENCES certificates (pk),
    version_pk ${t.int} NOT NULL REFERENCES certificate_versions (pk), target_pk ${t.int} NOT NULL REFERENCES targets (pk),
    state TEXT NOT NULL, message TEXT, seen_at ${t.int}, seen_fingerprint ${t.bytes}, seen_chain ${t.json}, tls_version TEXT,
    created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL,
    UNIQUE (version_pk, target_pk)
  ) ${t.strict}`,
  "CREATE INDEX deployments_certificate ON deployments (certificate_pk)",
  "CREATE INDEX deployments_target ON deployments (target_pk)",
  `CREATE TABLE orders (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, edge TEXT NOT NULL, client TEXT NOT NULL, request_hash ${t.bytes} NOT NULL,
    state TEXT NOT NULL, reason TEXT, certificate_pk ${t.int} NOT NULL REFERENCES certificates (pk),
    version_pk ${t.int} REFERENCES certificate_versions (pk), job_pk ${t.int},
    created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL,
    UNIQUE (request_hash, edge, client)
  ) ${t.strict}`,
  ...search(engine),
];

/** One shape on both engines: (rowid, text), where rowid is the certificate's key. */
function search(engine: Engine): readonly string[] {
  if (engine === "sqlite") {
    return [
      "CREATE VIRTUAL TABLE certificate_search USING fts5 (text, content='', contentless_delete=1, tokenize='trigram', detail=full)",
    ];
  }
  return [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TABLE certificate_search (rowid BIGINT PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE INDEX certificate_search_text ON certificate_search USING gin (text gin_trgm_ops)",
  ];
}
