/** What happens to certificates by itself: renewal when it is due, and word of short-lived ones that ended. */

import { Lost } from "#base/problem.ts";
import { hours, instant, later, minutes, seconds } from "#base/time.ts";
import type { Recurring, RecurringContext } from "#jobs/recurring.ts";
import { runBy } from "#jobs/schedule-queries.ts";
import { policyByPk } from "../policies/index.ts";
import { profileByPk } from "../profiles/index.ts";
import { loadSetting, saveSetting } from "../settings/store.ts";
import { nextTry } from "./certificate.ts";
import * as queries from "./queries.ts";
import { enqueueRenewal, noHolder } from "./renew.ts";

/** More than this in one run would be a storm; the rest follows with the next run. */
const atOnce = 5_000;

export const renewalCheck: Recurring = {
  name: "renewal-check",
  summary: "Renew certificates whose time has come",
  setting: "CERTCTL_SCHEDULER_RENEWAL_CHECK_INTERVAL",
  interval: hours(1),
  timeout: minutes(5),
  async run(ctx) {
    const due = await queries.listDueForRenewal(ctx.database.reader, ctx.clock.now(), atOnce);
    let enqueued = 0;
    for (const { pk } of due) {
      if (ctx.signal.aborted) break;
      if (await renewOne(ctx, pk)) enqueued++;
    }
    const next = await queries.nextRenewal(ctx.database.reader);
    // Not at once again: a row that could not be renewed now would make this a busy loop.
    const soonest = later(ctx.clock.now(), seconds(5));
    if (next !== null) {
      const at = instant(Math.max(next, soonest));
      await ctx.commit((tx) => runBy(tx.db, renewalCheck.name, at));
    }
    return `${enqueued} of ${due.length} due certificates are being renewed`;
  },
};

async function renewOne(ctx: RecurringContext, pk: number): Promise<boolean> {
  const { reader } = ctx.database;
  const certificate = await queries.findCertificateByPk(reader, pk);
  if (!certificate) return false;
  const [policy, profile, holders] = await Promise.all([
    policyByPk(reader, certificate.renewal_policy_pk),
    profileByPk(reader, certificate.profile_pk),
    queries.listHolders(reader, pk),
  ]);
  if (holders.length === 0) {
    await giveUp(ctx, certificate);
    return false;
  }
  const issuer = { pk: certificate.issuer_pk };
  const approvalNeeded = profile.rules.requiresApproval;
  try {
    await ctx.commit((tx) =>
      enqueueRenewal(
        tx,
        { certificate, issuer, policy, profile, holders },
        { priority: 0, approvalNeeded },
      ),
    );
    return true;
  } catch (error) {
    // Somebody changed it this moment; the next run sees it again.
    if (error instanceof Lost) return false;
    throw error;
  }
}

/** Nobody is there to renew it: the certificate says so, and is looked at again later. */
async function giveUp(ctx: RecurringContext, certificate: queries.CertificateRow): Promise<void> {
  const ends = { renewAt: certificate.renew_at, notAfter: certificate.not_after };
  await ctx.commit(async (tx) => {
    const change = { activity: "failed" as const, failure: noHolder };
    const again = nextTry(ends, tx.now);
    await queries.recordProgress(tx.db, certificate.pk, { ...change, renew_at: again }, tx.now);
    if (certificate.failure === noHolder) return;
    const subject = { id: certificate.id, teamPk: certificate.team_pk };
    await tx.emit("certificate.failed", subject, { message: noHolder });
  });
}

const marker = "short-lived-expiry-until";

export const shortLivedExpiry: Recurring = {
  name: "short-lived-expiry",
  summary:
    "Tell of short-lived certificates that ended; their status follows from the time by itself",
  setting: "CERTCTL_SHORT_LIVED_EXPIRY_CHECK_INTERVAL",
  interval: seconds(30),
  timeout: seconds(30),
  async run(ctx) {
    const until = ctx.clock.now();
    const known = await loadSetting(ctx.database.reader, marker);
    const after = known === null ? later(until, -minutes(1)) : instant(Number(known));
    const ended = await queries.listShortLivedExpired(
      ctx.database.reader,
      { after, until },
      10_000,
    );
    if (ended.length === 0 && until - after < minutes(10)) return "none ended";
    await ctx.commit(async (tx) => {
      for (const it of ended) {
        await tx.emit("certificate.expired", { id: it.id, teamPk: it.team_pk }, {});
      }
      await saveSetting(tx.db, marker, String(until));
    });
    return `${ended.length} ended`;
  },
};
