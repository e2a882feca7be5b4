/** A fleet of chance, written as rows: certificates in every state, their versions, deployments and jobs, over 40 days. */
import type { Insertable } from "kysely";
import { days, hours, type Instant, instant, later } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { json } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { refreshInUse } from "#features/certificates/in-use-queries.ts";

/** Repeats: mulberry32. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Places {
  readonly teams: readonly (number | null)[];
  readonly agents: readonly number[];
  readonly targets: readonly number[];
}

const revised = (at: Instant) => ({ revision: 1, created_at: at, updated_at: at });

/** Teams, agents and targets to choose from. */
export async function makePlaces(database: Database, now: Instant): Promise<Places> {
  return await database.transaction(async (db) => {
    const teams: number[] = [];
    for (const id of ["t-red", "t-blue"]) {
      const row = { id, name: `Team ${id}`, description: "", ...revised(now) };
      const made = await db.insertInto("teams").values(row).returning("pk").executeTakeFirst();
      teams.push(made?.pk ?? 0);
    }
    const agents: number[] = [];
    const targets: number[] = [];
    for (let i = 0; i < 6; i++) {
      const silent = i % 3 === 2;
      const agent = await db
        .insertInto("agents")
        .values({
          id: `ag-${i}`,
          name: `agent ${i}`,
          team_pk: [...teams, null][i % 3] ?? null,
          hostname: `host-${i}`,
          os: i < 4 ? "linux" : "windows",
          architecture: "amd64",
          ip_address: "192.0.2.1",
          version: i < 2 ? "1.0" : "1.1",
          capabilities: json([]),
          credential_hash: null,
          encryption_key: null,
          last_heartbeat_at: silent ? later(now, -hours(3)) : now,
          offline_since: null,
          retired_at: null,
          retired_reason: null,
          retired_name: null,
          ...revised(later(now, -days(30))),
        })
        .returning("pk")
        .executeTakeFirstOrThrow();
      agents.push(agent.pk);
      const target = await db
        .insertInto("targets")
        .values({
          id: `tgt-${i}`,
          name: `target ${i}`,
          type: "NGINX",
          agent_pk: agent.pk,
          config: json({}),
          enabled: 1,
          source: "database",
          last_tested_at: null,
          test_status: "untested",
          test_message: null,
          retired_at: null,
          retired_reason: null,
          ...revised(now),
        })
        .returning("pk")
        .executeTakeFirstOrThrow();
      targets.push(target.pk);
    }
    return { teams: [...teams, null], agents, targets };
  });
}

/** Certificates `from` to `from + count`, each with what hangs on it. */
export async function makeFleet(
  database: Database,
  places: Places,
  it: {
    readonly seed: number;
    readonly from: number;
    readonly count: number;
    readonly now: Instant;
  },
): Promise<void> {
  const next = chance(it.seed);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)];
    // A list of this file is never empty; what it holds may be null.
    return found as T;
  };
  const { pk: issuer } = await database.reader
    .selectFrom("issuers")
    .select("pk")
    .executeTakeFirstOrThrow();
  const chain = await database.transaction((db) =>
    db
      .insertInto("chains")
      .values({ hash: Buffer.from(`chain ${it.seed}`), certificates: Buffer.from("none") })
      .returning("pk")
      .executeTakeFirstOrThrow(),
  );
  for (let i = it.from; i < it.from + it.count; i++) {
    const created = later(it.now, -Math.floor(next() * days(40)));
    const notAfter = pick([null, -20, -1, 1, 5, 13, 15, 40, 80, 95]);
    const team_pk = pick(places.teams);
    const activity = pick(["idle", "idle", "idle", "failed", "renewing", "issuing"] as const);
    const ends =
      notAfter === null ? null : later(it.now, Math.round((notAfter + next()) * days(1)));
    const certificate: Insertable<Tables["certificates"]> = {
      id: `mc-${i}`,
      name: `name-${i}.example.test`,
      common_name: `name-${i % 50}.example.test`,
      sans: json([]),
      environment: "",
      owner_pk: null,
      team_pk,
      issuer_pk: issuer,
      profile_pk: null,
      renewal_policy_pk: null,
      tags: json({}),
      source: "API",
      key_algorithm: "ECDSA-P256",
      validity_seconds: null,
      activity,
      failure: activity === "failed" ? pick(["no answer", "refused"]) : null,
      not_before: ends && later(ends, -days(90)),
      not_after: ends,
      expiring_at: ends && later(ends, -days(30)),
      renew_at: ends !== null && next() < 0.5 ? later(ends, -days(20)) : null,
      archived_at: next() < 0.1 ? later(created, Math.floor(next() * (it.now - created))) : null,
      revoked_at: next() < 0.1 ? created : null,
      revocation_reason: null,
      last_renewal_at: null,
      last_deployment_at: null,
      revision: 1,
      created_at: created,
      updated_at: created,
    };
    await database.transaction(async (db) => {
      const { pk } = await db
        .insertInto("certificates")
        .values(certificate)
        .returning("pk")
        .executeTakeFirstOrThrow();
      for (let v = 0; v < (ends === null ? 0 : 2); v++) {
        const at = instant(Math.round(created + (it.now - created) * next()));
        const agent = Math.floor(next() * places.agents.length);
        const version = await db
          .insertInto("certificate_versions")
          .values({
            id: `ver-${i}-${v}`,
            certificate_pk: pk,
            holder_pk: places.agents[agent] ?? null,
            issuer_pk: issuer,
            authority_pk: null,
            serial_number: Buffer.from(`${i}-${v}`),
            fingerprint: Buffer.from(`fingerprint ${i}-${v}`),
            not_before: at,
            not_after: ends ?? at,
            certificate: Buffer.from("none"),
            chain_pk: chain.pk,
            request: Buffer.from("none"),
            key_algorithm: "ECDSA-P256",
            is_current: v === 1 ? 1 : 0,
            key_available: 1,
            created_at: at,
          })
          .returning("pk")
          .executeTakeFirstOrThrow();
        const state = pick(["Deployed", "Deployed", "InstalledNotSeen", "Failed", "Pending"]);
        await db
          .insertInto("deployments")
          .values({
            id: `dep-${i}-${v}`,
            certificate_pk: pk,
            version_pk: version.pk,
            target_pk: places.targets[agent % 2] ?? 0,
            state,
            message: state === "Failed" ? "the test failed" : null,
            seen_at: null,
            seen_fingerprint: null,
            seen_chain: null,
            tls_version: null,
            in_use: null,
            installed_at: state === "Pending" || state === "Failed" ? null : at,
            created_at: at,
            updated_at: at,
          })
          .execute();
        await db.insertInto("jobs").values(jobOf(i, v)).execute();
      }
      await refreshInUse(db, pk);
      function jobOf(n: number, v: number): Insertable<Tables["jobs"]> {
        const state = pick([
          "Completed",
          "Completed",
          "Completed",
          "Failed",
          "Pending",
          "Cancelled",
        ]);
        const at = instant(Math.round(created + (it.now - created) * next()));
        return {
          id: `job-${n}-${v}`,
          kind: pick(["certificates.issue", "targets.test"]),
          type: pick(["Renewal", "Issuance", "Deployment"]),
          state,
          executor: "server",
          certificate_pk: pk,
          target_pk: null,
          agent_pk: null,
          issuer_pk: null,
          team_pk,
          parent_pk: null,
          input: json({}),
          sealed_input: null,
          digest: null,
          result: null,
          attempts: pick([1, 1, 1, 2]),
          max_attempts: 3,
          retry_seconds: null,
          priority: 0,
          run_after: later(it.now, days(100)),
          deadline: null,
          lease_token: null,
          lease_until: null,
          dedupe_key: null,
          cancel_requested: 0,
          retried: next() < 0.1 ? 1 : 0,
          last_error: state === "Failed" ? "it failed" : null,
          is_final: 0,
          requested_by: JSON.stringify({ type: "system", id: "system", name: "system" }),
          request_id: null,
          started_at: null,
          completed_at: state === "Pending" ? null : at,
          created_at: at,
          updated_at: at,
        };
      }
    });
  }
}
