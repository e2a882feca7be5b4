/**
 * The rows of a seeded installation: names, owners, ends and states in a mix as a large site has it, the same at every
 * run. The certificate's octets are one real leaf's; serial numbers and fingerprints are columns of chance beside them.
 */
import type { Insertable } from "kysely";
import { newId, type Random } from "#base/random.ts";
import { days, type Instant, instant, later } from "#base/time.ts";
import { json } from "#db/portable.ts";
import { searchable } from "#db/search.ts";
import type { Tables } from "#db/tables.ts";
import { searchText } from "#features/certificates/search-text.ts";

export type Row<T extends keyof Tables> = Insertable<Tables[T]>;

/** What every seeded version shares. */
export type Template = Pick<
  Row<"certificate_versions">,
  "issuer_pk" | "authority_pk" | "certificate" | "chain_pk" | "request" | "key_algorithm"
>;

export interface Plan {
  readonly certificates: number;
  readonly now: Instant;
  readonly template: Template;
  /** Keys up to here are taken. */
  readonly first: Readonly<Record<SeededTable, number>>;
}

export const seededTables = [
  "teams",
  "owners",
  "agents",
  "targets",
  "certificates",
  "certificate_versions",
  "certificate_targets",
  "deployments",
  "certificate_search",
  "jobs",
  "audit_events",
  "events",
  "agent_hours",
] as const;
export type SeededTable = (typeof seededTables)[number];

export const [teams, owners, agents, targets] = [20, 200, 2_000, 4_000] as const;
const services = "api web mail db cache auth billing search gateway metrics vault queue".split(" ");
const environments = ["production", "staging", "development"] as const;

/** Chance that repeats: the same rows at every run (mulberry32). */
export function repeatable(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return (it ^ (it >>> 14)) >>> 0;
  };
  return {
    fraction: () => next() / 2 ** 32,
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at++) bytes[at] = next() & 0xff;
      return bytes;
    },
  };
}

export const pick = <T>(list: readonly T[], at: number): T => {
  const found = list[at % list.length];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
};

export function* teamRows({ now, first }: Plan): Iterable<Row<"teams">> {
  for (let i = 1; i <= teams; i++) {
    yield { pk: first.teams + i, ...named(`seed-team-${i}`, now), description: "" };
  }
}

export function* ownerRows({ now, first }: Plan): Iterable<Row<"owners">> {
  for (let i = 1; i <= owners; i++) {
    const team_pk = first.teams + 1 + (i % teams);
    const email = `owner-${i}@example.com`;
    yield { pk: first.owners + i, ...named(`seed-owner-${i}`, now), email, team_pk };
  }
}

const named = (id: string, now: Instant) => ({
  id,
  name: id,
  revision: 1,
  created_at: now,
  updated_at: now,
});

/** Without credentials: nobody can speak for them. */
export function* agentRows({ now, first }: Plan): Iterable<Row<"agents">> {
  for (let i = 1; i <= agents; i++) {
    yield {
      pk: first.agents + i,
      ...named(`seed-agent-${i}`, now),
      team_pk: first.teams + 1 + (i % teams),
      hostname: `host-${i}.example.com`,
      os: i % 7 === 0 ? "windows" : "linux",
      architecture: i % 5 === 0 ? "arm64" : "x64",
      ip_address: `10.0.${i >> 8}.${i & 255}`,
      version: i % 11 === 0 ? "0.0.9" : "0.1.0",
      capabilities: json(["nginx"]),
      credential_hash: null,
      encryption_key: null,
      last_heartbeat_at: i % 100 === 0 ? later(now, -days(1)) : now,
      offline_since: i % 100 === 0 ? later(now, -days(1)) : null,
      retired_at: null,
      retired_reason: null,
    };
  }
}

export function* targetRows({ now, first }: Plan): Iterable<Row<"targets">> {
  for (let i = 1; i <= targets; i++) {
    yield {
      pk: first.targets + i,
      ...named(`seed-target-${i}`, now),
      type: "NGINX",
      agent_pk: first.agents + 1 + (i % agents),
      config: json({}),
      enabled: 1,
      source: "database",
      last_tested_at: null,
      test_status: "untested",
      test_message: null,
      retired_at: null,
      retired_reason: null,
    };
  }
}

/** Of every fifty. */
type State = "archived" | "revoked" | "failed" | "renewing" | "expired" | "expiring" | "active";
const states: readonly State[] = [
  ...(["archived", "revoked", "failed", "renewing"] as const),
  ...Array.from({ length: 3 }, () => "expired" as const),
  ...Array.from({ length: 4 }, () => "expiring" as const),
  ...Array.from({ length: 39 }, () => "active" as const),
];
const lifetime = days(398);

/** Every fifth is held by an agent and deployed on a target; of each state as many. */
export const isDeployed = (i: number): boolean => (i + Math.floor(i / 50)) % 5 === 0;

/** What most renewals that fail do not get. */
const failures = [
  "the agent did not answer",
  "the issuer refused: the name is not within its constraints",
  "the issuer is busy: too many orders of this account in three hours",
  "the domain could not be validated: connection refused",
];

export interface Facts {
  readonly commonName: string;
  readonly sans: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly owner: number;
  readonly createdAt: Instant;
  readonly notAfter: Instant;
  readonly state: State;
}

export function factsOf({ now, certificates }: Plan, i: number): Facts {
  // A stir that repeats: neighbours by key are no neighbours by end, owner or name.
  const stir = (i * 2_654_435_761) % 4_294_967_296;
  const share = stir / 4_294_967_296;
  const environment = pick(environments, i);
  const commonName = `${pick(services, stir >>> 3)}-${i}.${environment}.example.com`;
  const state = pick(states, i * 7);
  return {
    commonName,
    sans: i % 3 === 0 ? [commonName, `www.${commonName}`] : [commonName],
    tags: { environment, cost_center: String(1_000 + (stir % 97)) },
    owner: 1 + (stir % owners),
    createdAt: later(now, Math.round((i / certificates - 1) * days(360))),
    notAfter: instant(now + Math.round(endOf(state, share))),
    state,
  };
}

function endOf(state: State, share: number): number {
  if (state === "expired") return -days(1) - share * days(200);
  return state === "expiring" ? days(1) + share * days(28) : days(31) + share * days(360);
}

/** In twelve hours at the soonest. */
function renewAt({ state, notAfter }: Facts, now: Instant): Instant | null {
  if (state === "active") return later(notAfter, -days(20));
  if (state !== "expiring" && state !== "failed" && state !== "renewing") return null;
  return instant(Math.round((now + notAfter) / 2));
}

/** Agents renew their certificates every month; what clients hold was issued when it was made. */
export const issuedAt = (plan: Plan, i: number, { createdAt }: Facts): Instant =>
  isDeployed(i) ? later(plan.now, -Math.round(((i * 0.618) % 1) * days(30))) : createdAt;

/** The same for a version and for what was seen of it. */
export const fingerprintOf = (i: number): Uint8Array => repeatable(i).bytes(32);

const revokedAt = ({ state, createdAt }: Facts) => (state === "revoked" ? createdAt : null);

function activityOf(state: State): string {
  return state === "failed" || state === "renewing" ? state : "idle";
}

/** Repeatable, so that what was done to a certificate can name it. */
export const certificateId = (i: number, { createdAt }: Facts): string =>
  newId("mc", createdAt, repeatable(i));

export function* certificateRows(plan: Plan): Iterable<Row<"certificates">> {
  const { first, template } = plan;
  for (let i = 1; i <= plan.certificates; i++) {
    const it = factsOf(plan, i);
    yield {
      pk: first.certificates + i,
      ...named(certificateId(i, it), it.createdAt),
      name: it.commonName,
      common_name: it.commonName,
      sans: json(it.sans),
      environment: it.tags["environment"] ?? "",
      owner_pk: first.owners + it.owner,
      team_pk: first.teams + 1 + (it.owner % teams),
      issuer_pk: template.issuer_pk,
      profile_pk: null,
      renewal_policy_pk: null,
      tags: json(it.tags),
      source: isDeployed(i) ? "Agent" : "API",
      key_algorithm: template.key_algorithm,
      validity_seconds: null,
      activity: activityOf(it.state),
      failure: it.state === "failed" ? pick(failures, i >> 3) : null,
      not_before: later(it.notAfter, -lifetime),
      not_after: it.notAfter,
      expiring_at: later(it.notAfter, -days(30)),
      // Nothing is due: a server on these rows must have nothing to do but answer.
      renew_at: isDeployed(i) ? renewAt(it, plan.now) : null,
      archived_at: it.state === "archived" ? it.createdAt : null,
      revoked_at: revokedAt(it),
      revocation_reason: it.state === "revoked" ? "superseded" : null,
      last_renewal_at: null,
      last_deployment_at: isDeployed(i) ? it.createdAt : null,
    };
  }
}

export function* versionRows(plan: Plan, random: Random): Iterable<Row<"certificate_versions">> {
  const { first, template } = plan;
  for (let i = 1; i <= plan.certificates; i++) {
    const facts = factsOf(plan, i);
    const { notAfter } = facts;
    const createdAt = issuedAt(plan, i, facts);
    yield {
      pk: first.certificate_versions + i,
      id: newId("ver", createdAt, random),
      certificate_pk: first.certificates + i,
      holder_pk: isDeployed(i) ? first.agents + 1 + (i % agents) : null,
      ...template,
      serial_number: random.bytes(16),
      fingerprint: fingerprintOf(i),
      not_before: later(notAfter, -lifetime),
      not_after: notAfter,
      is_current: 1,
      key_available: 1,
      created_at: createdAt,
    };
  }
}

export function* searchRows(plan: Plan): Iterable<Row<"certificate_search">> {
  for (let i = 1; i <= plan.certificates; i++) {
    const { commonName: name, sans, tags, owner } = factsOf(plan, i);
    const text = searchText({ name, sans, tags, owner: `seed-owner-${owner}` });
    yield { rowid: plan.first.certificates + i, text: searchable(text) };
  }
}
