/** The feed: events as a person reads them, with names for ids. */
import { toSnake } from "#base/case.ts";
import type { Context } from "../context.ts";
import { audienceOf } from "./audience.ts";
import * as queries from "./feed-queries.ts";
import type { Happening } from "./stats-api.ts";

export async function feedOf(ctx: Context, input: { limit: number; before?: number | undefined }) {
  const { scanner, scope } = ctx;
  const audience = audienceOf(ctx.actor) ?? { scope, shared: [], silent: [] };
  const { events, next } = await queries.listBefore(scanner, audience, input.before, input.limit);
  const idsOf = (...kinds: readonly string[]) => [
    ...new Set(events.filter((it) => kinds.includes(kindOf(it.type))).map((it) => it.subjectId)),
  ];
  // A deployment is told by its job.
  const jobs = await queries.jobsOf(scanner, scope, idsOf("job", "deployment"));
  const certificates = await queries.namesOf(scanner, "certificates", scope, idsOf("certificate"));
  const agents = await queries.namesOf(scanner, "agents", scope, idsOf("agent"));
  const data = events.map((it): Happening => {
    const job = jobs.get(it.subjectId);
    const name =
      certificates.get(it.subjectId) ??
      agents.get(it.subjectId) ??
      job?.certificate_name ??
      job?.target_name ??
      job?.kind ??
      (typeof it.payload["name"] === "string" ? it.payload["name"] : undefined);
    const isJob = job !== undefined;
    return {
      position: it.position,
      type: it.type,
      at: it.at,
      actor: it.actor,
      subject: {
        type: isJob ? "job" : kindOf(it.type),
        id: it.subjectId,
        name: name ?? it.subjectId,
      },
      certificate: named(job?.certificate_id, job?.certificate_name),
      target: named(job?.target_id, job?.target_name),
      data: Object.fromEntries(
        Object.entries(it.payload).map(([key, value]) => [toSnake(key), value]),
      ),
    };
  });
  return { data, next };
}

const named = (id: string | null | undefined, name: string | null | undefined) =>
  typeof id === "string" && typeof name === "string" ? { id, name } : null;

/** `certificate` of `certificate.issued`. */
const kindOf = (type: string): string => type.slice(0, type.indexOf("."));
