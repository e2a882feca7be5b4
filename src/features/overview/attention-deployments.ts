/** Deployments that failed, or that nobody saw in use. */
import type { Context } from "../context.ts";
import { type Attention, attention, earliest, grouped, markOf, type Subject } from "./attention.ts";
import * as queries from "./attention-deployment-queries.ts";
import type { Helper } from "./help.ts";

type Row = queries.UnusedRow & { readonly due: Subject["due"] };

export async function unused(ctx: Context, help: Helper): Promise<Attention[]> {
  const found: Attention[] = [];
  for (const state of queries.unusedStates) {
    const { rows, total } = await queries.listUnused(ctx.scanner, ctx.scope, state);
    if (rows.length === 0) continue;
    const pks = [...new Set(rows.map((row) => row.certificate_pk))];
    const ends = await queries.endsInPlace(ctx.scanner, pks);
    const dated = rows.map((row) => ({
      ...row,
      due: ends.get(`${row.certificate_pk}/${row.target_pk}`) ?? row.not_after,
    }));
    const groups = grouped(dated, (row) => `${kindOf(row)}/${causeOf(row)}`);
    found.push(...groups.map(([, some]) => thing(some, help)));
    if (total > rows.length) found.push(beyond(dated[0], total - rows.length, rows.length));
  }
  return found;
}

function kindOf(
  row: queries.UnusedRow,
): "deployment_failed" | "served_other" | "deployment_not_seen" {
  if (row.state === "Failed" || row.state === "RolledBack") return "deployment_failed";
  const { seen_fingerprint: seen, fingerprint } = row;
  if (row.state === "Deployed" || (seen !== null && Buffer.compare(seen, fingerprint) !== 0)) {
    return "served_other";
  }
  return "deployment_not_seen";
}

/** What is the same for those that share it: what the agent said, else the kind of target. */
const causeOf = (row: queries.UnusedRow): string => row.message ?? row.target_type;

/** Why by a word, for the page to say: each is a different thing to do. */
function wordFor(row: queries.UnusedRow): string {
  if (row.state === "RolledBack") return "rolled_back";
  if (row.state === "Failed") return "failed";
  if (row.state === "Deployed") return "another_version_put_in_place";
  return row.seen_fingerprint === null ? "not_looked_at" : "another_certificate_seen";
}

function thing(some: readonly [Row, ...Row[]], help: Helper): Attention {
  const [first] = some;
  const kind = kindOf(first);
  const urgent = [...some].sort((a, b) => (a.due ?? 0) - (b.due ?? 0));
  const [most = first] = urgent;
  const isOne = some.length === 1;
  const names = new Map(urgent.map((row) => [row.certificate_id, row]));
  const subjects: Subject[] = isOne
    ? [certificate(most), { type: "target", id: most.target_id, name: most.target_name, due: null }]
    : [...names.values()].map(certificate);
  const [only] = names.size === 1 ? names.keys() : [];
  const look = kind === "deployment_not_seen" ? "certificates.validate" : "certificates.deploy";
  const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString("hex");
  return attention({
    key: `${kind}/${isOne ? `${first.certificate_id}/${first.target_id}` : markOf(causeOf(first))}`,
    kind,
    severity: kind === "deployment_not_seen" ? "warn" : "bad",
    count: some.length,
    subjects,
    cause: wordFor(first),
    reason: first.message,
    since: earliest(some.map((row) => row.updated_at)),
    due: kind === "deployment_not_seen" ? null : earliest(some.map((row) => row.due)),
    facts: {
      targets: new Set(some.map((row) => row.target_id)).size,
      certificates: names.size,
      seenFingerprint: isOne ? hex(first.seen_fingerprint) : null,
      expectedFingerprint: isOne ? hex(first.fingerprint) : null,
      lastSeenAt: isOne ? first.seen_at : null,
    },
    path:
      only === undefined
        ? `/certificates?certificate_ids=${[...names.keys()].join(",")}`
        : `/certificates/${only}`,
    // One may have several.
    isExact: names.size === some.length,
    actions:
      only === undefined
        ? []
        : help(look, {
            id: only,
            ...(isOne && look === "certificates.deploy" ? { target_id: first.target_id } : {}),
          }),
  });
}

const certificate = (row: Row): Subject => ({
  type: "certificate",
  id: row.certificate_id,
  name: row.certificate_name,
  due: row.due,
});

/** Those of a state that were not looked at. */
function beyond(like: Row | undefined, count: number, among: number): Attention {
  const isFailed = like?.state === "Failed" || like?.state === "RolledBack";
  return attention({
    key: `deployments/${like?.state}/beyond`,
    kind: isFailed ? "deployment_failed" : "deployment_not_seen",
    severity: isFailed ? "bad" : "warn",
    count,
    subjects: [],
    cause: "less_urgent",
    path: "/jobs?type=Deployment",
    isExact: false,
    among,
  });
}
