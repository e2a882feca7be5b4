/** What bulk work on certificates is about, and what of it goes to each. */
import { invalid } from "#base/problem.ts";
import { bulk } from "../bulk/bulk.ts";
import { requireTeam } from "../context.ts";
import { certificatesApi } from "./api.ts";
import { isPhrase, phraseFor } from "./phrase.ts";
import { resolvePlacement } from "./placement-queries.ts";
import { selectCertificates } from "./selection.ts";
import { requireTagging } from "./tag.ts";

export const bulkRenew = bulk(certificatesApi.bulkRenew, {
  named: "certificate_ids",
  select: (ctx, { force: _, ...criteria }) => selectCertificates(ctx, criteria),
  change: ({ force }) => ({ force }),
});

export const bulkReassign = bulk(certificatesApi.bulkReassign, {
  named: "certificate_ids",
  async select(ctx, { ownerId, teamId, fromOwnerId, fromTeamId, ...criteria }) {
    // Here rather than once for each item: nobody has such an owner.
    const placement = await resolvePlacement(ctx, { ownerId, teamId, targetIds: [] });
    if (teamId !== undefined) requireTeam(ctx.scope, placement.teamPk);
    return await selectCertificates(ctx, {
      ...criteria,
      ownerId: fromOwnerId,
      teamId: fromTeamId,
    });
  },
  change: ({ ownerId, teamId }) => ({ ownerId, ...(teamId === undefined ? {} : { teamId }) }),
});

export const bulkTag = bulk(certificatesApi.bulkTag, {
  named: "certificate_ids",
  async select(ctx, { setTags, removeTags, ...criteria }) {
    requireTagging({ setTags, removeTags });
    return await selectCertificates(ctx, criteria);
  },
  change: ({ setTags, removeTags }) => ({ setTags, removeTags }),
});

export const bulkArchive = bulk(certificatesApi.bulkArchive, {
  named: "certificate_ids",
  select: (ctx, { unlessServed: _, confirm: __, ...criteria }) => selectCertificates(ctx, criteria),
  check({ confirm }, { length }) {
    const phrase = phraseFor("archive", length);
    if (!isPhrase(confirm, phrase)) throw invalid("confirm", `is not "${phrase}", as are chosen`);
  },
  change: ({ unlessServed }) => ({ unlessServed }),
});
