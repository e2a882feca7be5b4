/** Who did what. */
import { windowOf } from "#base/page.ts";
import { notFound } from "#base/problem.ts";
import { toWire } from "#base/wire.ts";
import type { Context } from "../context.ts";
import { bind, type Feature, read } from "../handler.ts";
import { auditApi } from "./api.ts";
import { AuditView, csvHeader, toCsv } from "./event.ts";
import * as queries from "./queries.ts";

const list = read(auditApi.list, async (ctx, input) => {
  const filter = { ...input, scope: ctx.scope };
  const page = await queries.listEvents(ctx.scanner, windowOf(input, "-timestamp"), filter);
  return { ...page, data: [...page.data] };
});

const get = read(auditApi.get, async (ctx, { id }) => {
  const event = await queries.findEvent(ctx.reader, id, ctx.scope);
  if (!event) throw notFound("audit event", id);
  return event;
});

const exportEvents = read(auditApi.export, async (ctx, { format, ...filter }) => ({
  mediaType: format === "csv" ? "text/csv" : "application/x-ndjson",
  filename: `audit.${format}`,
  pieces: pieces(ctx, { ...filter, scope: ctx.scope }, format),
}));

/** Keyset pages: no statement stays open between two of them, however slow the client is. */
async function* pieces(
  ctx: Context,
  filter: queries.AuditFilter,
  format: "csv" | "ndjson",
): AsyncGenerator<string> {
  if (format === "csv") yield csvHeader;
  for (let after = 0; ; ) {
    const rows = await queries.pageAfter(ctx.scanner, filter, after, 500);
    const last = rows.at(-1);
    if (!last || ctx.signal.aborted) return;
    after = last.pk;
    yield rows
      .map(({ pk: _, ...event }) => {
        // An object schema's wire form is an object.
        const wire = toWire(AuditView, event) as Record<string, unknown>;
        return format === "csv" ? toCsv(wire) : `${JSON.stringify(wire)}\n`;
      })
      .join("");
  }
}

export const audit: Feature = {
  name: "audit",
  operations: bind(auditApi, { list, get, export: exportEvents }),
};
