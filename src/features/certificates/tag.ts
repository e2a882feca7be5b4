/** Setting and removing tags by name; what is not named stays. */
import { invalid } from "#base/problem.ts";
import { json } from "#db/portable.ts";
import { matchRevision } from "../context.ts";
import { write } from "../handler.ts";
import { certificatesApi } from "./api.ts";
import { mostTags } from "./certificate.ts";
import { saved } from "./change.ts";
import { resolvePlacement } from "./placement-queries.ts";
import * as queries from "./queries.ts";
import { loadCertificate } from "./read.ts";
import { searchText } from "./search-text.ts";

type Tags = Readonly<Record<string, string>>;

export interface Tagging {
  readonly setTags: Tags;
  readonly removeTags: readonly string[];
}

/** Throws `invalid-input` for what changes nothing or contradicts itself. */
export function requireTagging({ setTags, removeTags }: Tagging): void {
  if (Object.keys(setTags).length + removeTags.length === 0) {
    throw invalid("set_tags", "say which tags to set or to remove");
  }
  const both = removeTags.find((it) => Object.hasOwn(setTags, it));
  if (both !== undefined) throw invalid("remove_tags", `${both} is to be set as well`);
}

/** Undefined when all is so already. Throws `invalid-input` when they become too many. */
function tagged(before: Tags, { setTags, removeTags }: Tagging): Tags | undefined {
  const kept = Object.entries(before).filter(([name]) => !removeTags.includes(name));
  const after = Object.fromEntries([...kept, ...Object.entries(setTags)]);
  const names = Object.keys(after);
  if (names.length > mostTags) throw invalid("set_tags", `it would have more than ${mostTags}`);
  const isSame =
    names.length === Object.keys(before).length &&
    names.every((name) => Object.hasOwn(before, name) && before[name] === after[name]);
  return isSame ? undefined : after;
}

export const tag = write(certificatesApi.tag, {
  async prepare(ctx, { id, ...tagging }) {
    requireTagging(tagging);
    const row = await loadCertificate(ctx, id);
    matchRevision(ctx, row.revision);
    const tags = tagged(queries.certificateView(row, ctx.clock.now()).tags, tagging);
    const ownerId = row.owner_id ?? undefined;
    const { ownerName } = await resolvePlacement(ctx, {
      ownerId,
      presentOwnerId: ownerId,
      targetIds: [],
    });
    return { row, tags, ownerName };
  },
  async commit(tx, { row, tags, ownerName }) {
    const { id, team_pk: teamPk } = row;
    tx.subject({ id, teamPk });
    if (tags === undefined) return await saved(tx, row.pk);
    await queries.updateCertificate(tx.db, row, { tags: json(tags) }, tx.now);
    const sans = queries.sansOf(row);
    const text = searchText({ name: row.name, sans, owner: ownerName, tags });
    await queries.replaceSearchText(tx.db, row.pk, text);
    await tx.emit("certificate.changed", { id, teamPk }, {});
    return await saved(tx, row.pk);
  },
});
