/** Jobs and their steps, recurring rows, the outbox of events, the audit trail and idempotency keys. */
import type { Engine, Types } from "../dialect.ts";

const active = "('Pending', 'AwaitingCSR', 'AwaitingApproval', 'Running')";

export const work = (t: Types, engine: Engine): readonly string[] => [
  `CREATE TABLE jobs (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL, executor TEXT NOT NULL,
    certificate_pk ${t.int} REFERENCES certificates (pk), target_pk ${t.int} REFERENCES targets (pk),
    agent_pk ${t.int} REFERENCES agents (pk), issuer_pk ${t.int} REFERENCES issuers (pk), team_pk ${t.int} REFERENCES teams (pk),
    parent_pk ${t.int} REFERENCES jobs (pk), input ${t.json} NOT NULL, sealed_input ${t.bytes}, digest ${t.bytes}, result ${t.json},
    attempts ${t.int} NOT NULL, max_attempts ${t.int} NOT NULL, retry_seconds ${t.int}, priority ${t.int} NOT NULL,
    run_after ${t.int} NOT NULL, deadline ${t.int}, lease_token TEXT, lease_until ${t.int}, dedupe_key TEXT,
    cancel_requested ${t.int} NOT NULL, last_error TEXT, is_final ${t.int} NOT NULL, requested_by TEXT NOT NULL, request_id TEXT,
    started_at ${t.int}, completed_at ${t.int}, created_at ${t.int} NOT NULL, updated_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE UNIQUE INDEX jobs_dedupe ON jobs (dedupe_key) WHERE state IN ${active}`,
  "CREATE INDEX jobs_due ON jobs (run_after) WHERE state = 'Pending'",
  "CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'Running'",
  `CREATE INDEX jobs_agent ON jobs (agent_pk, state) WHERE state IN ${active}`,
  "CREATE INDEX jobs_certificate ON jobs (certificate_pk)",
  "CREATE INDEX jobs_target ON jobs (target_pk)",
  "CREATE INDEX jobs_state ON jobs (state)",
  "CREATE INDEX jobs_parent ON jobs (parent_pk) WHERE parent_pk IS NOT NULL",
  `CREATE TABLE job_steps (
    pk ${t.key}, job_pk ${t.int} NOT NULL REFERENCES jobs (pk), attempt ${t.int} NOT NULL, name TEXT NOT NULL,
    outcome TEXT NOT NULL, detail TEXT, started_at ${t.int} NOT NULL, ended_at ${t.int} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX job_steps_job ON job_steps (job_pk)",
  `CREATE TABLE job_items (
    pk ${t.key}, job_pk ${t.int} NOT NULL REFERENCES jobs (pk), subject_id TEXT NOT NULL, state TEXT NOT NULL, message TEXT
  ) ${t.strict}`,
  "CREATE INDEX job_items_job ON job_items (job_pk, state)",
  `CREATE TABLE job_decisions (
    pk ${t.key}, id TEXT NOT NULL UNIQUE, job_pk ${t.int} NOT NULL REFERENCES jobs (pk), decision TEXT NOT NULL, decided_by TEXT NOT NULL,
    note TEXT, created_at ${t.int} NOT NULL, UNIQUE (job_pk, decided_by)
  ) ${t.strict}`,
  `CREATE TABLE schedules (
    name TEXT PRIMARY KEY, interval_ms ${t.int} NOT NULL, next_run_at ${t.int} NOT NULL, lease_token TEXT, lease_until ${t.int},
    last_started_at ${t.int}, last_duration_ms ${t.int}, last_outcome TEXT, last_message TEXT
  ) ${t.strict}`,
  `CREATE TABLE events (
    pk ${t.key}, position ${t.position}, type TEXT NOT NULL, subject_id TEXT NOT NULL,
    team_pk ${t.int}, payload ${t.json} NOT NULL, created_at ${t.int} NOT NULL
  ) ${t.strict}`,
  `CREATE TABLE audit_events (
    pk ${t.key}, position ${t.position}, id TEXT NOT NULL UNIQUE, created_at ${t.int} NOT NULL,
    actor_type TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL, action TEXT NOT NULL,
    resource_type TEXT NOT NULL, resource_id TEXT NOT NULL, outcome TEXT NOT NULL, team_pk ${t.int},
    request_id TEXT, address TEXT, details ${t.json} NOT NULL
  ) ${t.strict}`,
  "CREATE INDEX audit_events_resource ON audit_events (resource_id)",
  "CREATE INDEX audit_events_actor ON audit_events (actor_id)",
  `CREATE TABLE idempotency_keys (
    pk ${t.key}, principal TEXT NOT NULL, route TEXT NOT NULL, idempotency_key TEXT NOT NULL, body_hash ${t.bytes} NOT NULL,
    status ${t.int} NOT NULL, answer TEXT, resource_id TEXT, created_at ${t.int} NOT NULL,
    UNIQUE (principal, route, idempotency_key)
  ) ${t.strict}`,
  "CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)",
  ...(engine === "sqlite" ? worm : [...unsequenced, ...wormPostgres]),
];

/** An audit row is written once: neither change nor deletion, whoever asks. */
const worm: readonly string[] = [
  "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit events cannot be changed'); END",
  "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit events cannot be deleted'); END",
];

const unsequenced: readonly string[] = [
  "CREATE INDEX events_unsequenced ON events (pk) WHERE position IS NULL",
  "CREATE INDEX audit_events_unsequenced ON audit_events (pk) WHERE position IS NULL",
];

/** The one change allowed on PostgreSQL: the sequencer gives a row its position, once. */
const wormPostgres: readonly string[] = [
  `CREATE FUNCTION audit_events_are_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      IF OLD.position IS NULL AND NEW.position IS NOT NULL
         AND to_jsonb(NEW) - 'position' = to_jsonb(OLD) - 'position' THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION 'audit events cannot be changed or deleted' USING ERRCODE = 'check_violation';
  END $$`,
  "CREATE TRIGGER audit_events_written_once BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_events_are_written_once()",
  "CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_events_are_written_once()",
];
