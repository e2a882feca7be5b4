/** The rows of what a seeded installation did: jobs of a month, the audit trail, events of a week, hours of heartbeats. */
import { newId, type Random } from "#base/random.ts";
import { days, hours, type Instant, instant, later, seconds } from "#base/time.ts";
import { json } from "#db/portable.ts";
import {
  agents,
  certificateId,
  factsOf,
  isDeployed,
  issuedAt,
  type Plan,
  type Row,
  targets,
  teams,
} from "./seed-rows.ts";

const system = JSON.stringify({ type: "system", id: "system", name: "system" });

/** Two of each certificate that an agent holds: its renewal, and the deployment. One of a thousand took two attempts. */
export function* jobRows(plan: Plan, random: Random): Iterable<Row<"jobs">> {
  for (const i of deployedInTime(plan)) {
    const facts = factsOf(plan, i);
    const at = issuedAt(plan, i, facts);
    const isFailed = facts.state === "failed";
    const common = {
      certificate_pk: plan.first.certificates + i,
      agent_pk: plan.first.agents + 1 + (i % agents),
      team_pk: plan.first.teams + 1 + (facts.owner % teams),
    };
    yield {
      ...jobRow(newId("job", at, random), at),
      ...common,
      kind: "certificates.issue",
      type: "Renewal",
      state: isFailed ? "Failed" : "Completed",
      executor: "server",
      target_pk: null,
      issuer_pk: plan.template.issuer_pk,
      attempts: isFailed ? 11 : 1 + (i % 1_000 === 0 ? 1 : 0),
      last_error: isFailed ? "the agent did not answer" : null,
    };
    yield {
      ...jobRow(newId("job", at, random), at),
      ...common,
      kind: "deployments.deploy",
      type: "Deployment",
      state: "Completed",
      executor: "agent",
      target_pk: plan.first.targets + 1 + (i % targets),
      issuer_pk: null,
      attempts: 1,
      last_error: null,
    };
  }
}

/** Jobs are added at the time at which they are asked for, and lists show them in the order in which they were added. */
function deployedInTime(plan: Plan): readonly number[] {
  const all = Array.from({ length: plan.certificates }, (_, at) => at + 1).filter(isDeployed);
  const times = new Map(all.map((i) => [i, issuedAt(plan, i, factsOf(plan, i))]));
  return all.sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0));
}

const jobRow = (id: string, at: Instant) => ({
  id,
  parent_pk: null,
  input: json({}),
  sealed_input: null,
  digest: null,
  result: null,
  max_attempts: 11,
  retry_seconds: null,
  priority: 0,
  run_after: at,
  deadline: null,
  lease_token: null,
  lease_until: null,
  dedupe_key: null,
  cancel_requested: 0 as const,
  retried: 0 as const,
  is_final: 0 as const,
  requested_by: system,
  request_id: null,
  started_at: at,
  completed_at: later(at, seconds(2)),
  created_at: at,
  updated_at: at,
});

/** One of every second certificate, in the order of time. */
export function* auditRows(plan: Plan, random: Random): Iterable<Row<"audit_events">> {
  const count = Math.floor(plan.certificates / 2);
  for (let i = 1; i <= count; i++) {
    const at = later(plan.now, Math.round((i / count - 1) * days(360)));
    const facts = factsOf(plan, i * 2);
    yield {
      id: newId("evt", at, random),
      created_at: at,
      actor_type: i % 3 === 0 ? "user" : "system",
      actor_id: i % 3 === 0 ? `u-${i % 50}` : "system",
      actor_name: i % 3 === 0 ? `person ${i % 50}` : "system",
      action: i % 5 === 0 ? "certificates.update" : "certificate_renewed",
      resource_type: "certificates",
      resource_id: certificateId(i * 2, facts),
      outcome: i % 97 === 0 ? "failure" : "success",
      team_pk: plan.first.teams + 1 + (facts.owner % teams),
      request_id: null,
      address: null,
      details: json({}),
    };
  }
}

/** What the outbox of a week has: three of each renewal of that week. */
export function* eventRows(plan: Plan): Iterable<Row<"events">> {
  const count = Math.floor((plan.certificates / 5) * (7 / 30) * 3);
  for (let i = 1; i <= count; i++) {
    const at = later(plan.now, Math.round((i / count - 1) * days(6)));
    yield {
      type: "certificate.changed",
      subject_id: certificateId(i, factsOf(plan, i)),
      team_pk: plan.first.teams + 1 + (i % teams),
      payload: json({}),
      created_at: at,
      actor_type: "system",
      actor_name: "system",
    };
  }
}

/** Every agent in every hour of the last week, but one of a hundred in its last day. */
export function* hourRows({ now, first }: Plan): Iterable<Row<"agent_hours">> {
  const present = instant(now - (now % hours(1)));
  for (let back = 167; back >= 0; back--) {
    for (let i = 1; i <= agents; i++) {
      if (i % 100 === 0 && back < 24) continue;
      yield { hour: later(present, -hours(back)), agent_pk: first.agents + i, slots: 0xfff };
    }
  }
}
