/** Work on many certificates, from the ticks or the filters of their list. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { BulkPage, type BulkProps } from "#views/certificates/bulk.tsx";
import { type BulkKind, bulkKinds, titleOf } from "#views/certificates/bulk-kinds.ts";
import type { Texts } from "#views/frame.ts";
import { isMechanic } from "#views/list-query.ts";
import { filterChoices } from "./certificates.tsx";
import { inputOf, notUnderstood, withZone } from "./listing.ts";
import type { Page, Shown, Visit } from "./page.ts";

/**
 * What chooses, by the names of the list. What is unknown stays, so that it is refused by name: left out, it would
 * choose more than was meant.
 */
function chosenIn(query: URLSearchParams, kind: BulkKind): Texts {
  const listName = new Map(Object.entries(kind.renamed).map(([list, own]) => [own, list]));
  const chosen = new Map<string, Set<string>>();
  for (const [given, value] of query) {
    if (isMechanic(given) || value === "") continue;
    const name = listName.get(given) ?? given;
    chosen.set(name, (chosen.get(name) ?? new Set()).add(value));
  }
  return Object.fromEntries([...chosen].map(([name, values]) => [name, [...values]]));
}

async function previewOf(
  visit: Visit,
  chosen: Texts,
): Promise<Pick<BulkProps, "preview" | "problem">> {
  const pairs = Object.entries(chosen).flatMap(([name, all]) => all.map((it) => [name, it]));
  const nothing = { preview: undefined, problem: undefined };
  if (pairs.length === 0) return nothing;
  const of = certificatesApi.bulkPreview;
  try {
    const preview = await visit.read(of, inputOf(of, withZone(of, new URLSearchParams(pairs))));
    return { ...nothing, preview };
  } catch (error) {
    return { ...nothing, problem: notUnderstood(error) };
  }
}

const load =
  (kind: BulkKind) =>
  async (visit: Visit): Promise<Shown> => {
    const chosen = chosenIn(withZone(certificatesApi.list, visit.query), kind);
    const [found, choices] = await Promise.all([previewOf(visit, chosen), filterChoices(visit)]);
    const body = <BulkPage {...{ frame: visit.frame, kind, chosen, choices, ...found }} />;
    return { title: titleOf(kind), body, status: found.problem ? 400 : 200 };
  };

export const bulkPages: readonly Page[] = bulkKinds.map((kind) => ({
  path: kind.path,
  load: load(kind),
}));
