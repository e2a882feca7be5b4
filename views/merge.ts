/**
 * A form that meets a thing which has changed since: what the person did not touch takes the present value, what only
 * the person changed stays as typed, and what both changed is a conflict that the person settles. Pure.
 */
import { type Field, fieldsOfRow } from "./fields.ts";
import type { Choices, Texts } from "./frame.ts";

export interface Conflict {
  /** What stood there when the form was made. */
  readonly base: Texts;
  /** What stands there now. */
  readonly theirs: Texts;
  readonly mine: Texts;
}

export interface Merged {
  readonly texts: Texts;
  /** By the field's name. */
  readonly conflicts: ReadonlyMap<string, Conflict>;
  /** Fields that took the value that somebody else gave them. */
  readonly taken: readonly Field[];
}

/**
 * `base`: the form as it was made; `mine`: as it was sent; `theirs`: as it would be made now.
 * `choices`: lists of which any may be ticked, whose order says nothing.
 */
export function merge(
  fields: readonly Field[],
  { base, mine, theirs }: { readonly base: Texts; readonly mine: Texts; readonly theirs: Texts },
  choices: Choices = {},
): Merged {
  const texts: Record<string, readonly string[]> = { ...theirs };
  const conflicts = new Map<string, Conflict>();
  const taken: Field[] = [];
  for (const field of leavesOf(fields, choices)) {
    const parts = {
      base: partOf(field, base),
      mine: partOf(field, mine),
      theirs: partOf(field, theirs),
    };
    const [was, typed, is] = [
      meaning(field, parts.base),
      meaning(field, parts.mine),
      meaning(field, parts.theirs),
    ];
    const isMine = wasSent(field, mine) && typed !== was && typed !== is;
    if (isMine) {
      for (const name of Object.keys(parts.theirs)) delete texts[name];
      Object.assign(texts, parts.mine);
      if (is !== was) conflicts.set(field.name, parts);
    } else if (is !== was && typed !== is) {
      taken.push(field);
    }
  }
  return { texts, conflicts, taken };
}

/** What one field has of the texts: of rows those of every row. */
export function partOf(field: Pick<Field, "name" | "control">, texts: Texts): Texts {
  const isOwn = (name: string) =>
    name === field.name || (field.control === "rows" && name.startsWith(`${field.name}.`));
  return Object.fromEntries(Object.entries(texts).filter(([name]) => isOwn(name)));
}

/** Groups are parted, rows are one whole: nobody can say which row of two lists is the same. */
function leavesOf(fields: readonly Field[], choices: Choices): readonly Field[] {
  return fields.flatMap((it) => {
    if (it.control === "group") return leavesOf(it.fields, choices);
    const isTicked = it.control === "lines" && (choices[it.name] ?? it.choices) !== undefined;
    return isTicked ? { ...it, control: "checks" as const } : it;
  });
}

const wasSent = (field: Field, mine: Texts): boolean => Object.keys(partOf(field, mine)).length > 0;

/** Texts that mean the same are the same text, however a browser sends them. */
function meaning(field: Field, part: Texts): string {
  if (field.control === "rows") return rowsMeaning(field, part);
  const all = part[field.name] ?? [];
  if (field.control === "checkbox") return String(all.at(-1) === "true");
  const lines = all
    .flatMap((it) => it.split(/\r?\n/))
    .map((it) => it.trim())
    .filter((it) => it !== "");
  if (field.control === "datetime") return (lines[0] ?? "").replace(/(:00)?(\.000)?$/, "");
  return (field.control === "checks" ? lines.sort() : lines).join("\n");
}

function rowsMeaning(field: Field, part: Texts): string {
  const prefix = `${field.name}.`;
  const indexes = Object.keys(part).map((name) => Number.parseInt(name.slice(prefix.length), 10));
  const rows = [...new Set(indexes)]
    .sort((a, b) => a - b)
    .map((index) => fieldsOfRow(field, index).map((it) => meaning(it, partOf(it, part))));
  // A tick alone is no row, nor are the empty ones at the end.
  return JSON.stringify(rows.filter((row) => row.some((it) => it !== "" && it !== "false")));
}

/** What stood in the fields that the person changed; an empty text where nothing did. */
export function changedFrom(
  fields: readonly Field[],
  { base, mine }: { readonly base: Texts; readonly mine: Texts },
  choices: Choices = {},
): Texts {
  const changed = leavesOf(fields, choices).filter(
    (field) =>
      wasSent(field, mine) &&
      meaning(field, partOf(field, base)) !== meaning(field, partOf(field, mine)),
  );
  return Object.assign(
    {},
    ...changed.map((field) => ({
      ...Object.fromEntries(
        Object.keys(partOf(field, mine)).map((name) => [
          name,
          // An empty text means that nothing is said, which a box cannot mean.
          [field.control === "checkbox" ? "false" : ""],
        ]),
      ),
      ...partOf(field, base),
    })),
  );
}
