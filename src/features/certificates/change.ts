/** Changing what is said about a certificate, archiving and restoring it. */

import { Problem } from "#base/problem.ts";
import { applyPatch } from "#base/schema.ts";
import { json } from "#db/portable.ts";
import { announce } from "#jobs/announce.ts";
import * as jobs from "#jobs/queries.ts";
import type { Tx } from "#jobs/tx.ts";
import { unlessTaken } from "../conflicts.ts";
import { matchRevision, requireTeam } from "../context.ts";
import { write } from "../handler.ts";
import { loadPolicy, policyByPk } from "../policies/index.ts";
import { expiringAt, renewAt } from "../policies/renewal-policy.ts";
import { profileByPk } from "../profiles/index.ts";
import { certificatesApi } from "./api.ts";
import { countServing, refreshInUse } from "./in-use-queries.ts";
import { resolvePlacement } from "./placement-queries.ts";
import { followTargets } from "./placing.ts";
import * as queries from "./queries.ts";
import { loadCertificate, viewWithTargets } from "./read.ts";
import { searchText } from "./search-text.ts";

/** The certificate as the transaction leaves it. */
export async function saved(tx: Tx, pk: number) {
  const row = await queries.findCertificateByPk(tx.db, pk);
  if (!row) throw new Problem("not-found", "the certificate is gone");
  return await viewWithTargets(tx.db, row, tx.now);
}

export const update = write(certificatesApi.update, {
  async prepare(ctx, { id, ...patch }) {
    const row = await loadCertificate(ctx, id);
    matchRevision(ctx, row.revision);
    const view = queries.certificateView(row, ctx.clock.now());
    const targets = await queries.listTargetsOf(ctx.reader, row.pk);
    const before = {
      name: row.name,
      environment: row.environment,
      ownerId: row.owner_id ?? undefined,
      teamId: row.team_id ?? undefined,
      renewalPolicyId: row.renewal_policy_id ?? undefined,
      tags: view.tags,
      targetIds: targets.map((it) => it.id),
    };
    const after = applyPatch(before, patch, { environment: "", tags: {}, targetIds: [] });
    const placement = await resolvePlacement(ctx, {
      ...after,
      presentOwnerId: before.ownerId,
    });
    requireTeam(ctx.scope, placement.teamPk);
    const policy = await loadPolicy(ctx.reader, after.renewalPolicyId, "renewal_policy_id");
    const held = await queries.isHeldByAgents(ctx.reader, row.pk);
    if (!held && placement.targetPks.length > 0 && row.not_after !== null) {
      throw new Problem("wrong-state", "the client holds the key: no agent can deploy it", {
        errors: [{ path: "target_ids", message: "the client holds the key" }],
      });
    }
    const profile = await profileByPk(ctx.reader, row.profile_pk);
    return { row, after, placement, policy, profile, held, before: targets.map((it) => it.pk) };
  },
  async commit(tx, { row, after, placement, policy, profile, held, before }) {
    const validity =
      row.not_before !== null && row.not_after !== null
        ? { notBefore: row.not_before, notAfter: row.not_after }
        : undefined;
    const fraction = tx.random.fraction();
    await unlessTaken("certificate", () =>
      queries.updateCertificate(
        tx.db,
        row,
        {
          name: after.name,
          environment: after.environment,
          owner_pk: placement.ownerPk,
          team_pk: placement.teamPk,
          renewal_policy_pk: policy.pk,
          tags: json(after.tags),
          ...(validity ? { expiring_at: expiringAt(validity, policy.fields) } : {}),
          ...(validity && held ? { renew_at: renewAt(validity, policy.fields, fraction) } : {}),
        },
        tx.now,
      ),
    );
    await queries.replaceTargets(tx.db, row.pk, placement.targetPks);
    const text = searchText({
      name: after.name,
      sans: queries.sansOf(row),
      owner: placement.ownerName,
      tags: after.tags,
    });
    await queries.replaceSearchText(tx.db, row.pk, text);
    const { teamPk } = placement;
    const placing = { certificate: row, teamPk, policy, profile, before };
    const jobIds = held ? await followTargets(tx, placing) : [];
    tx.subject({ id: row.id, teamPk, details: jobIds.length > 0 ? { jobIds } : {} });
    await tx.emit("certificate.changed", { id: row.id, teamPk }, {});
    return await saved(tx, row.pk);
  },
});

export const archive = write(certificatesApi.archive, {
  async prepare(ctx, { id }) {
    const row = await loadCertificate(ctx, id);
    matchRevision(ctx, row.revision);
    return row;
  },
  async commit(tx, row, { unlessServed }) {
    tx.subject({ id: row.id, teamPk: row.team_pk });
    if (row.archived_at !== null) return null;
    const serving = unlessServed ? await countServing(tx.db, row.pk) : 0;
    if (serving > 0) {
      const what = serving === 1 ? "1 target serves" : `${serving} targets serve`;
      throw new Problem("wrong-state", `${what} the certificate now`);
    }
    const change = { archived_at: tx.now, renew_at: null, activity: "idle" as const };
    await queries.updateCertificate(tx.db, row, change, tx.now);
    for (const pk of await queries.listActiveJobs(tx.db, row.pk)) {
      await jobs.moveIdle(tx.db, pk, "cancel", tx.now, { error: "the certificate was archived" });
      await jobs.askToCancel(tx.db, pk, tx.now);
      await announce(tx, { pk });
    }
    await refreshInUse(tx.db, row.pk);
    await tx.emit("certificate.archived", { id: row.id, teamPk: row.team_pk }, {});
    return null;
  },
});

export const restore = write(certificatesApi.restore, {
  async prepare(ctx, { id }) {
    const row = await loadCertificate(ctx, id);
    matchRevision(ctx, row.revision);
    if (row.archived_at === null) throw new Problem("wrong-state", "it is not archived");
    const held = await queries.isHeldByAgents(ctx.reader, row.pk);
    return { row, held, policy: await policyByPk(ctx.reader, row.renewal_policy_pk) };
  },
  async commit(tx, { row, held, policy }) {
    const validity =
      row.not_before !== null && row.not_after !== null
        ? { notBefore: row.not_before, notAfter: row.not_after }
        : undefined;
    const at = validity && held ? renewAt(validity, policy.fields, tx.random.fraction()) : null;
    await queries.updateCertificate(tx.db, row, { archived_at: null, renew_at: at }, tx.now);
    tx.subject({ id: row.id, teamPk: row.team_pk });
    await refreshInUse(tx.db, row.pk);
    await tx.emit("certificate.restored", { id: row.id, teamPk: row.team_pk }, {});
    return await saved(tx, row.pk);
  },
});
