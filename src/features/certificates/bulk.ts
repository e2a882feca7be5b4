/** Renewing and reassigning many certificates. */
import { invalid } from "#base/problem.ts";
import { bulk } from "../bulk/bulk.ts";
import { requireTeam } from "../context.ts";
import { certificatesApi } from "./api.ts";
import { resolvePlacement } from "./placement-queries.ts";
import { selectCertificates } from "./selection.ts";

export const bulkRenew = bulk(certificatesApi.bulkRenew, {
  named: "certificate_ids",
  select: (ctx, { force: _, ...criteria }) => selectCertificates(ctx, criteria),
  change: ({ force }) => ({ force }),
});

export const bulkReassign = bulk(certificatesApi.bulkReassign, {
  named: "certificate_ids",
  async select(ctx, { ownerId, teamId, fromOwnerId, fromTeamId, certificateIds }) {
    // Here rather than once for each item: nobody has such an owner.
    const placement = await resolvePlacement(ctx, { ownerId, teamId, targetIds: [] });
    if (teamId !== undefined) requireTeam(ctx.scope, placement.teamPk);
    if (!certificateIds && fromOwnerId === undefined && fromTeamId === undefined) {
      throw invalid("certificate_ids", "name certificates, or whose they are now");
    }
    return await selectCertificates(ctx, {
      certificateIds,
      ownerId: fromOwnerId,
      teamId: fromTeamId,
    });
  },
  change: ({ ownerId, teamId }) => ({ ownerId, ...(teamId === undefined ? {} : { teamId }) }),
});
