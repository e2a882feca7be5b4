/** What bulk work would be about, before it is asked for. */
import { mostItems } from "../bulk/answer.ts";
import { read } from "../handler.ts";
import { certificatesApi } from "./api.ts";
import { countCertificates } from "./list-queries.ts";
import { countChosen, listSome } from "./preview-queries.ts";
import { choiceOf } from "./selection.ts";

export const bulkPreview = read(certificatesApi.bulkPreview, async (ctx, input) => {
  const { ids, narrows, filter } = choiceOf(ctx, input);
  const some = [...(await listSome(ctx.scanner, filter, ids))];
  const most = ids?.length ?? (await countCertificates(ctx.scanner, filter));
  if (most > mostItems) return { total: most, some, counts: null };
  const { found, ...counts } = await countChosen(ctx.scanner, filter, ids);
  // As `selectCertificates` chooses.
  const total = ids && !narrows ? ids.length : found;
  return { total, some, counts: { ...counts, notFound: total - found } };
});
