/** Settings, teams and owners, users, sessions and API keys. */
import type { Types } from "../dialect.ts";

export const access = (t: Types): readonly string[] => [
  `CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT, sealed ${t.bytes}) ${t.strict}`,
  `CREATE TABLE teams (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE owners (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT NOT NULL,
    team_pk ${t.int} REFERENCES teams (pk),
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX owners_team ON owners (team_pk)",
  `CREATE TABLE users (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, email TEXT,
    password_hash TEXT NOT NULL, disabled_at ${t.int}, failed_sign_ins ${t.int} NOT NULL, locked_until ${t.int},
    last_sign_in_at ${t.int},
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE api_keys (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash ${t.bytes} NOT NULL UNIQUE, hint TEXT NOT NULL,
    source TEXT NOT NULL, created_by TEXT NOT NULL, expires_at ${t.int}, revoked_at ${t.int},
    last_used_at ${t.int}, last_used_address TEXT,
    revision ${t.int} NOT NULL, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE grants (
    pk ${t.key}, user_pk ${t.int} REFERENCES users (pk), api_key_pk ${t.int} REFERENCES api_keys (pk),
    role TEXT NOT NULL, team_pk ${t.int} REFERENCES teams (pk),
    CHECK ((user_pk IS NULL) <> (api_key_pk IS NULL))
  ) ${t.strict}`,
  "CREATE INDEX grants_user ON grants (user_pk)",
  "CREATE INDEX grants_api_key ON grants (api_key_pk)",
  `CREATE TABLE sessions (
    pk ${t.key}, token_hash ${t.bytes} NOT NULL UNIQUE, user_pk ${t.int} NOT NULL REFERENCES users (pk),
    created_at ${t.int} NOT NULL, last_seen_at ${t.int} NOT NULL, expires_at ${t.int} NOT NULL,
    address TEXT NOT NULL, user_agent TEXT NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX sessions_user ON sessions (user_pk)",
];
