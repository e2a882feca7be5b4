/** Work on many certificates, from the ticks or the filters of their list. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { BulkPage, type BulkProps, type Matched } from "#views/certificates/bulk.tsx";
import { fieldsOf } from "#views/fields.ts";
import { filterChoices } from "./certificates.tsx";
import { listingOf } from "./listing.ts";
import { namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

/** So many are named on the page. */
const shown = 20;

/** What of the query the operation understands as its choice of certificates. */
function chosenIn(visit: Visit, of: BulkProps["of"]): BulkProps["chosen"] {
  const change = new Set(["force", "owner_id", "team_id"]);
  const isRenewal = of.name === certificatesApi.bulkRenew.name;
  const names = fieldsOf(of)
    .map((it) => it.name)
    .filter((name) => (isRenewal ? name !== "force" : !change.has(name)));
  const given = names.map((name) => {
    const values = visit.query.getAll(name).filter((it) => it !== "");
    return [name, [...new Set(values)]] as const;
  });
  return Object.fromEntries(given.filter(([, values]) => values.length > 0));
}

async function matchedBy(visit: Visit, chosen: BulkProps["chosen"]): Promise<Matched> {
  const { certificate_ids: ids, ...criteria } = chosen;
  if (ids) {
    const { certificate: names } = await namesOf(visit, { certificate: ids.slice(0, shown) });
    const some = [...(names ?? [])].map(([id, name]) => ({ id, name }));
    return { total: ids.length, some, problem: undefined };
  }
  const wanted = Object.entries(criteria).flatMap(([name, values]) =>
    values.map((value) => [name.replace(/^from_/, ""), value]),
  );
  if (wanted.length === 0) return { total: 0, some: [], problem: undefined };
  const query = new URLSearchParams([...wanted, ["per_page", String(shown)]]);
  const { list } = await listingOf({ ...visit, query }, certificatesApi.list);
  const some = list.data.map(({ id, name }) => ({ id, name }));
  return { total: list.total, some, problem: list.problem };
}

const load =
  (of: BulkProps["of"]) =>
  async (visit: Visit): Promise<Shown> => {
    const chosen = chosenIn(visit, of);
    const [matched, choices] = await Promise.all([matchedBy(visit, chosen), filterChoices(visit)]);
    const body = <BulkPage {...{ frame: visit.frame, of, chosen, matched, choices }} />;
    return { title: of.summary, body, status: matched.problem ? 400 : 200 };
  };

export const bulkPages: readonly Page[] = [
  { path: "/certificates/bulk-renew", load: load(certificatesApi.bulkRenew) },
  { path: "/certificates/bulk-reassign", load: load(certificatesApi.bulkReassign) },
];
