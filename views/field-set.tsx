/** What the parts of a field have in common: its texts, its errors, its words, and how a control names them. */
/** @jsxImportSource hono/jsx */
import type { FieldError } from "#base/problem.ts";
import { Coded } from "./coded.tsx";
import { conceptOf } from "./docs/concepts.ts";
import { fieldId } from "./field-ids.ts";
import type { Field } from "./fields.ts";
import type { Choices, Texts } from "./frame.ts";
import { Help } from "./help-link.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import type { Conflict } from "./merge.ts";

/** What the fields of one form share. */
export interface FieldSet {
  /** Makes element ids unique on the page. */
  readonly id: string;
  readonly texts: Texts;
  readonly errors: readonly FieldError[];
  readonly choices: Choices;
  /** Fields that somebody else changed meanwhile, too. */
  readonly conflicts?: ReadonlyMap<string, Conflict> | undefined;
  /** Fields of a filter: short, and nothing is required. */
  readonly filters?: boolean;
}

export interface FieldProps {
  readonly field: Field;
  readonly set: FieldSet;
}

export function Explained({ field, set }: FieldProps): Html | null {
  const concept = set.filters ? undefined : conceptOf[field.name];
  return concept ? <Help of={concept} apart /> : null;
}

/** In rows and filters everything is optional, and saying so everywhere says nothing. */
export const isMarked = (field: Field, set: FieldSet): boolean =>
  !field.required && set.filters !== true && !/\.\d+\./.test(field.name);

/** `grants.0.role` → `grants.role`. */
export const withoutIndex = (name: string): string => name.replace(/\.\d+(?=\.)/g, "");

export const idOf = (field: Field, set: FieldSet): string => fieldId(set.id, field.name);

export const textsAt = (field: Field, set: FieldSet): readonly string[] =>
  set.texts[field.name] ?? [];

/** Errors of the field itself and, where it has none, of its parts. */
function errorsOf(field: Field, set: FieldSet): readonly string[] {
  return set.errors
    .filter(({ path }) => path === field.name || path.startsWith(`${field.name}.`))
    .map((it) => it.message);
}

export function Hint({ field, set }: FieldProps): Html | null {
  const hint = hintOf(field, set);
  if (hint === undefined) return null;
  return (
    <p class="sub" id={`${idOf(field, set)}-hint`}>
      <Coded text={hint} />
    </p>
  );
}

const manners: Partial<Record<Field["control"], string>> = {
  lines: "One a line.",
  map: "One key=value a line.",
  json: "JSON.",
  datetime: "UTC.",
  seconds: "As 90 d, 36 h or 15 m.",
};

export function hintOf(field: Field, set: FieldSet): string | undefined {
  if (set.filters && field.control !== "datetime") return undefined;
  const said = field.description?.replace(/\.$/, "");
  const manner =
    field.control === "map" && said?.includes("=") ? undefined : manners[field.control];
  return [said && `${said}.`, manner].filter((it) => it !== undefined).join(" ") || undefined;
}

export function Wrong({ field, set }: FieldProps): Html | null {
  const errors = field.control === "group" ? [] : errorsOf(field, set);
  if (errors.length === 0) return null;
  return (
    <p class="f-err" id={`${idOf(field, set)}-error`}>
      <Icon name="circle-x" />
      <span>{errors.join("; ")}</span>
    </p>
  );
}

/** What all controls of a field carry. */
export function common(field: Field, set: FieldSet) {
  const id = idOf(field, set);
  const isWrong = errorsOf(field, set).length > 0;
  const described = [hintOf(field, set) && `${id}-hint`, isWrong && `${id}-error`].filter(Boolean);
  return {
    id,
    name: field.name,
    required: field.required || undefined,
    "aria-invalid": isWrong ? "true" : undefined,
    "aria-describedby": described.length > 0 ? described.join(" ") : undefined,
  };
}
