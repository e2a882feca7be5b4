/** The dashboard's numbers against rows that are counted one by one, in a world of chance; and who sees what of them. */
import { beforeAll, expect, test } from "bun:test";
import type { Selectable } from "kysely";
import { days, hours, type Instant, instant, later, minutes, toRfc3339 } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { statusOf } from "#features/certificates/certificate.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct, testClock } from "#test/world.ts";
import { makeFleet, makePlaces, type Places } from "./random-fleet.ts";

type Row<T extends keyof Tables> = Selectable<Tables[T]>;

interface Rows {
  readonly certificates: readonly Row<"certificates">[];
  readonly versions: readonly Row<"certificate_versions">[];
  readonly deployments: readonly Row<"deployments">[];
  readonly jobs: readonly Row<"jobs">[];
}

/** All rows of the teams in `teams`; undefined: of everybody. */
async function rowsOf(product: TestProduct, teams?: readonly number[]): Promise<Rows> {
  const { reader } = product.world.database;
  const within = (team: number | null) =>
    teams === undefined || (team !== null && teams.includes(team));
  const certificates = (await reader.selectFrom("certificates").selectAll().execute()).filter(
    (it) => within(it.team_pk),
  );
  const own = new Set(certificates.map((it) => it.pk));
  const versions = await reader.selectFrom("certificate_versions").selectAll().execute();
  const deployments = await reader.selectFrom("deployments").selectAll().execute();
  const jobs = await reader.selectFrom("jobs").selectAll().execute();
  return {
    certificates,
    versions: versions.filter((it) => own.has(it.certificate_pk)),
    deployments: deployments.filter((it) => own.has(it.certificate_pk)),
    jobs: jobs.filter((it) => within(it.team_pk)),
  };
}

const dayOf = (at: number) => toRfc3339(instant(at)).slice(0, 10);

function standing(it: Rows, now: Instant) {
  return it.certificates
    .filter((row) => row.archived_at === null && row.revoked_at === null)
    .map((row) => ({ ...row, left: row.not_after === null ? null : row.not_after - now }));
}

/** What `stats.counts` must say. */
function countsOf(it: Rows, now: Instant) {
  const open = it.certificates.filter((row) => row.archived_at === null);
  const up = standing(it, now);
  const valid = up.filter((row) => row.left !== null && row.left >= 0);
  const unplanned = valid.filter(
    (row) => (row.left ?? 0) < days(14) && row.activity === "idle" && row.renew_at === null,
  );
  const failing = up.filter(
    (row) => row.activity === "failed" && (row.left === null || row.left >= 0),
  );
  const inOrder = valid.filter((row) => row.activity !== "failed" && !unplanned.includes(row));
  const since = Math.floor(now / days(1)) * days(1) - days(29);
  const renewals = it.jobs.filter(
    (row) =>
      row.type === "Renewal" &&
      (row.state === "Completed" || row.state === "Failed") &&
      (row.completed_at ?? 0) >= since,
  );
  const used = it.deployments.filter((row) => isWanted(it, row));
  return {
    certificates: open.length,
    unplanned: unplanned.length,
    failing: failing.length,
    expired: up.filter((row) => row.left !== null && row.left < 0).length,
    revoked: open.filter((row) => row.revoked_at !== null).length,
    in_order: inOrder.length,
    renewed_at_first: {
      count: renewals.filter(
        (row) => row.state === "Completed" && row.attempts <= 1 && row.retried === 0,
      ).length,
      of: renewals.length,
    },
    issued_in_a_day: it.versions.filter((row) => row.created_at >= now - hours(24)).length,
    in_use: { count: used.filter((row) => isUsed(it, row)).length, of: used.length },
  };
}

function isWanted(it: Rows, row: Row<"deployments">): boolean {
  const certificate = it.certificates.find(({ pk }) => pk === row.certificate_pk);
  const version = it.versions.find(({ pk }) => pk === row.version_pk);
  const isStanding = certificate?.archived_at === null && certificate.revoked_at === null;
  return isStanding && version?.is_current === 1;
}

function isUsed(it: Rows, row: Row<"deployments">): boolean {
  const isOvertaken = it.deployments.some(
    (other) =>
      other.certificate_pk === row.certificate_pk &&
      other.target_pk === row.target_pk &&
      (other.installed_at ?? -1) > (row.installed_at ?? 0),
  );
  return row.state === "Deployed" && !isOvertaken;
}

eachEngine("the dashboard's numbers", (open) => {
  let product: TestProduct;
  let places: Places;
  let red: string;
  const everybody = () => product.adminKey;
  const get = async (path: string, key: string = everybody()) => {
    const { status, body } = await product.request("GET", `/api/v1/stats/${path}`, { key });
    expect([path, status, status === 200 ? null : body]).toEqual([path, 200, null]);
    return body;
  };
  const who = () =>
    [
      { key: everybody(), teams: undefined },
      { key: red, teams: [places.teams[0] ?? 0] },
    ] as const;
  beforeAll(async () => {
    // Shortly after midnight, so that the day that ended can be kept with how things stood.
    product = await openProduct(await open(), {
      clock: testClock(Date.UTC(2026, 10, 20) + minutes(6)),
    });
    const now = product.clock.now();
    places = await makePlaces(product.world.database, now);
    await makeFleet(product.world.database, places, { seed: 7, from: 0, count: 120, now });
    red = await product.key({ role: "viewer", team_id: "t-red" });
  }, 60_000);

  async function agree(): Promise<void> {
    const now = product.clock.now();
    for (const { key, teams } of who()) {
      const rows = await rowsOf(product, teams);
      const said = await get("counts", key);
      const { certificates, expiring_unplanned, failing } = said;
      expect({
        certificates: certificates.now,
        unplanned: expiring_unplanned.now,
        failing: failing.now,
        expired: said.expired,
        revoked: said.revoked,
        in_order: said.in_order,
        renewed_at_first: said.renewed_at_first,
        issued_in_a_day: said.issued_in_a_day,
        in_use: said.in_use,
      }).toEqual(countsOf(rows, now));
      await daysAgree(key, rows, now);
      await timelineAgrees(key, rows, now);
      await statusesAgree(key, rows, now);
    }
  }

  async function daysAgree(key: string, rows: Rows, now: Instant): Promise<void> {
    const trends = await get("job-trends?days=35", key);
    const issuance = await get("issuance-rate?days=35", key);
    expect(trends.data).toHaveLength(35);
    expect(trends.data.at(-1).date).toBe(dayOf(now));
    const count = (list: readonly { at: number | null }[], date: string) =>
      list.filter(({ at }) => at !== null && dayOf(at) === date).length;
    const jobs = (state: string) =>
      rows.jobs.filter((it) => it.state === state).map((it) => ({ at: it.completed_at }));
    for (const row of trends.data) {
      const expected = [count(jobs("Completed"), row.date), count(jobs("Failed"), row.date)];
      expect([row.date, row.completed_count, row.failed_count]).toEqual([row.date, ...expected]);
    }
    for (const row of issuance.data) {
      const made = rows.versions.map((it) => ({ at: it.created_at }));
      expect([row.date, row.issued_count]).toEqual([row.date, count(made, row.date)]);
    }
    const [strip] = (await get("issuers", key)).data;
    expect(strip.issued).toBe(rows.versions.length);
    const month = Math.floor(now / days(1)) * days(1) - days(29);
    expect(strip.issued_in_a_month).toBe(
      rows.versions.filter((it) => it.created_at >= month).length,
    );
  }

  async function timelineAgrees(key: string, rows: Rows, now: Instant): Promise<void> {
    const timeline = await get("expiration-timeline", key);
    expect(timeline.data).toHaveLength(90);
    const up = standing(rows, now).filter((it) => it.left !== null && it.left >= 0);
    for (const row of timeline.data) {
      const those = up.filter((it) => dayOf(it.not_after ?? 0) === row.date);
      const failing = those.filter((it) => it.activity === "failed").length;
      const unplanned = those.filter((it) => it.activity === "idle" && it.renew_at === null).length;
      const planned = those.length - failing - unplanned;
      const { date } = row;
      expect(row).toEqual({ date, count: those.length, failing, unplanned, planned });
    }
  }

  async function statusesAgree(key: string, rows: Rows, now: Instant): Promise<void> {
    const { data, total } = await get("certificates-by-status", key);
    expect(total).toBe(rows.certificates.length);
    const counts: Record<string, number> = {};
    for (const it of rows.certificates) {
      const status = statusOf(
        {
          // The column holds a member of the closed set.
          activity: it.activity as "idle",
          notAfter: it.not_after,
          expiringAt: it.expiring_at,
          archivedAt: it.archived_at,
          revokedAt: it.revoked_at,
        },
        now,
      );
      counts[status] = (counts[status] ?? 0) + 1;
    }
    for (const it of data)
      expect([it.status, it.count]).toEqual([it.status, counts[it.status] ?? 0]);
  }

  test("are what the rows say before any day is kept", agree, 60_000);

  test("are the same when the days that are over are kept, and again when more happened", async () => {
    expect(await product.timetable.runDue()).toBeGreaterThan(0);
    const { data } = await product.ok("GET", "/api/v1/schedules");
    const schedule = data.find((it: { name: string }) => it.name === "daily-counts");
    expect(schedule).toMatchObject({ last_outcome: "success", last_message: "100 days kept" });
    await agree();
    product.clock.move(hours(30));
    const now = product.clock.now();
    await makeFleet(product.world.database, places, { seed: 8, from: 200, count: 30, now });
    // What is written into days that are kept already came too late for them, and is left out of the comparison.
    const { database } = product.world;
    const kept = later(now, -hours(30) - minutes(6));
    await database.transaction(async (db) => {
      await db
        .updateTable("jobs")
        .set({ completed_at: now })
        .where("id", "like", "job-2__-%")
        .where("completed_at", "<", kept)
        .execute();
      await db
        .updateTable("certificate_versions")
        .set({ created_at: now })
        .where("id", "like", "ver-2__-%")
        .where("created_at", "<", kept)
        .execute();
    });
    await agree();
    await product.timetable.runDue();
    await agree();
  }, 60_000);

  test("say how things stood where that was kept, and nothing where it was not", async () => {
    const { certificates, in_use_then: then, failing } = await get("counts");
    const before = await product.world.database.reader
      .selectFrom("daily_counts")
      .selectAll()
      .where("team_pk", "=", -1)
      .execute();
    const level = (name: string, ago: number) => {
      const day = Math.floor(product.clock.now() / days(1)) * days(1) - days(ago);
      return before.find((it) => it.name === name && it.day === day)?.n ?? null;
    };
    expect(certificates.month_ago).toBe(level("certificates", 30));
    expect(certificates.month_ago).toBeGreaterThan(0);
    // Nobody could tell so long after midnight how many failed when the day ended.
    expect(failing.yesterday).toBeNull();
    expect(then.month_ago).toBeNull();
    expect(level("failing", 2)).toBeGreaterThan(0);
  });
});
