/** One field of a form: label, hint, control, and beside it what is wrong with it. */
/** @jsxImportSource hono/jsx */
import type { FieldError } from "#base/problem.ts";
import { Coded } from "./coded.tsx";
import { ConflictView } from "./conflict.tsx";
import { conceptOf } from "./docs/concepts.ts";
import { autocompleteOf, placeholderOf } from "./field-attributes.ts";
import { fieldId } from "./field-ids.ts";
import { fallbackText } from "./field-texts.ts";
import { type Field, fieldsOfRow } from "./fields.ts";
import type { Choice, Choices, Texts } from "./frame.ts";
import { Help } from "./help-link.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import type { Conflict } from "./merge.ts";
import { type Found, labelIn, Searched } from "./searched.tsx";

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

interface FieldProps {
  readonly field: Field;
  readonly set: FieldSet;
}

export function FieldView({ field, set }: FieldProps): Html {
  if (field.control === "group") return <Group field={field} set={set} />;
  const offer = set.choices[withoutIndex(field.name)];
  const choices = offer ?? field.choices;
  const conflict = set.conflicts?.get(field.name);
  if (conflict) {
    return <ConflictView field={field} of={conflict} choices={choices} id={idOf(field, set)} />;
  }
  if (field.control === "rows") return <Rows field={field} set={set} />;
  if (offer?.search !== undefined && field.control === "lines") {
    return <SearchedList field={field} set={set} known={offer} search={offer.search} />;
  }
  if (choices && (field.control === "checks" || field.control === "lines")) {
    return <Checks field={{ ...field, control: "checks" }} set={set} choices={choices} />;
  }
  if (field.control === "checkbox") return <Checkbox field={field} set={set} />;
  return (
    <div class="f">
      <div class="flex items-center gap-1">
        <label for={idOf(field, set)}>
          {field.title}
          {isMarked(field, set) ? <span class="sub"> optional</span> : null}
        </label>
        <Explained field={field} set={set} />
      </div>
      <Hint field={field} set={set} />
      {offer?.search === undefined ? (
        <Input field={field} set={set} choices={choices} />
      ) : (
        <Searched
          {...common(field, set)}
          known={offer}
          search={offer.search}
          value={textsAt(field, set).at(-1) ?? ""}
        />
      )}
      <Wrong field={field} set={set} />
    </div>
  );
}

/** Those chosen already, to be taken away, and room for more. */
function SearchedList({ field, set, known, search }: FieldProps & Found): Html {
  const chosen = textsAt(field, set)
    .flatMap((text) => text.split("\n"))
    .filter((it) => it !== "");
  const id = idOf(field, set);
  return (
    <fieldset class="f" id={id}>
      <legend class="l mb-1 font-medium">
        {field.title}
        {isMarked(field, set) ? <span class="sub"> optional</span> : null}
      </legend>
      <Hint field={{ ...field, control: "checks" }} set={set} />
      <input type="hidden" name={field.name} value="" />
      <div class={chosen.length === 0 ? "hidden" : "choices"}>
        {[...new Set(chosen)].map((it) => (
          <label class="tick">
            <input type="checkbox" class="checkbox" name={field.name} value={it} checked />
            <span class="bidi">{labelIn(known, it)}</span>
          </label>
        ))}
      </div>
      {[1, 2, 3].map((at) => (
        <Searched
          id={`${id}-more-${at}`}
          name={field.name}
          aria-label={`${field.title}: one more`}
          known={[]}
          search={search}
          value=""
        />
      ))}
      <Wrong field={field} set={set} />
    </fieldset>
  );
}

function Explained({ field, set }: FieldProps): Html | null {
  const concept = set.filters ? undefined : conceptOf[field.name];
  return concept ? <Help of={concept} apart /> : null;
}

/** In rows and filters everything is optional, and saying so everywhere says nothing. */
const isMarked = (field: Field, set: FieldSet): boolean =>
  !field.required && set.filters !== true && !/\.\d+\./.test(field.name);

/** `grants.0.role` → `grants.role`. */
const withoutIndex = (name: string): string => name.replace(/\.\d+(?=\.)/g, "");

const idOf = (field: Field, set: FieldSet): string => fieldId(set.id, field.name);

const textsAt = (field: Field, set: FieldSet): readonly string[] => set.texts[field.name] ?? [];

/** Errors of the field itself and, where it has none, of its parts. */
function errorsOf(field: Field, set: FieldSet): readonly string[] {
  return set.errors
    .filter(({ path }) => path === field.name || path.startsWith(`${field.name}.`))
    .map((it) => it.message);
}

function Hint({ field, set }: FieldProps): Html | null {
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

function hintOf(field: Field, set: FieldSet): string | undefined {
  if (set.filters && field.control !== "datetime") return undefined;
  const said = field.description?.replace(/\.$/, "");
  const manner =
    field.control === "map" && said?.includes("=") ? undefined : manners[field.control];
  return [said && `${said}.`, manner].filter((it) => it !== undefined).join(" ") || undefined;
}

function Wrong({ field, set }: FieldProps): Html | null {
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
function common(field: Field, set: FieldSet) {
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

function Input(props: FieldProps & { readonly choices: readonly Choice[] | undefined }): Html {
  const { field, set, choices } = props;
  const value = textsAt(field, set).at(-1) ?? "";
  const shared = common(field, set);
  if (choices) return <Select {...props} choices={choices} value={value} />;
  switch (field.control) {
    case "lines":
    case "map":
    case "json":
    case "area":
      return (
        <textarea
          {...shared}
          class={
            field.control === "json" || field.name.endsWith("_pem") ? "textarea mono" : "textarea"
          }
          dir="auto"
          rows={field.control === "lines" || field.control === "map" ? 4 : 8}
          spellcheck={false}
          maxlength={field.bounds.maxLength}
        >
          {`\n${value}`}
        </textarea>
      );
    case "datetime":
      return <input {...shared} class="input" type="datetime-local" step="1" value={value} />;
    case "number":
      return (
        <input
          {...shared}
          class="input"
          type="number"
          inputmode="numeric"
          min={field.bounds.min}
          max={field.bounds.max}
          placeholder={placeholderOf(field)}
          value={value}
        />
      );
    default:
      return <Line {...props} value={value} />;
  }
}

function Line({ field, set, value }: FieldProps & { readonly value: string }): Html {
  const type = field.control === "password" || field.control === "email" ? field.control : "text";
  return (
    <input
      {...common(field, set)}
      class="input"
      dir="auto"
      type={type}
      maxlength={field.bounds.maxLength}
      placeholder={placeholderOf(field)}
      autocomplete={autocompleteOf(field)}
      spellcheck={false}
      value={type === "password" ? undefined : value}
    />
  );
}

function Select(
  props: FieldProps & { readonly choices: readonly Choice[]; readonly value: string },
): Html {
  const { field, set, choices, value } = props;
  const fallback = fallbackText(field);
  // What was chosen earlier may have gone: it is shown all the same, or saving would change it silently.
  const isListed = value === "" || choices.some((it) => same(it.value, value));
  const shown = isListed ? choices : [...choices, { value, label: value }];
  const none = set.filters ? "Any" : (fallback && `Default: ${fallback}`) || "–";
  return (
    <select {...common(field, set)} class="select">
      {field.required && value !== "" ? null : (
        <option value="">{field.required ? "Choose…" : none}</option>
      )}
      {shown.map((it) => (
        <option value={it.value} selected={same(it.value, value) || undefined}>
          {it.label}
        </option>
      ))}
    </select>
  );
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The hidden value is what travels when the box is not ticked. */
function Checkbox({ field, set }: FieldProps): Html {
  const checked = textsAt(field, set).at(-1) === "true";
  return (
    <div class="f">
      <input type="hidden" name={field.name} value="false" />
      <label class="tick">
        <input
          {...common(field, set)}
          class="checkbox"
          required={undefined}
          type="checkbox"
          value="true"
          checked={checked || undefined}
        />
        {field.title}
      </label>
      <Hint field={field} set={set} />
      <Wrong field={field} set={set} />
    </div>
  );
}

/** The hidden empty value says that the list was shown, so that nothing ticked means none. */
function Checks(props: FieldProps & { readonly choices: readonly Choice[] }): Html {
  const { field, set, choices } = props;
  const chosen = new Set(textsAt(field, set).flatMap((text) => text.split("\n")));
  // What was chosen earlier may have gone: it is shown all the same, or saving would take it away silently.
  const unlisted = [...chosen].filter(
    (it) => it !== "" && choices.every(({ value }) => value !== it),
  );
  const shown = [...choices, ...unlisted.map((value) => ({ value, label: value }))];
  const shared = common(field, set);
  return (
    <fieldset class="f" id={shared.id} aria-describedby={shared["aria-describedby"]}>
      <legend class="l mb-1 font-medium">
        {field.title}
        {isMarked(field, set) ? <span class="sub"> optional</span> : null}
      </legend>
      <Hint field={field} set={set} />
      <input type="hidden" name={field.name} value="" />
      {shown.length === 0 ? <p class="sub">There is none yet.</p> : null}
      <div class={shown.length === 0 ? "hidden" : "choices"}>
        {shown.map((it) => (
          <label class="tick">
            <input
              type="checkbox"
              class="checkbox"
              name={field.name}
              value={it.value}
              checked={chosen.has(it.value) || undefined}
            />
            <span class="bidi">{it.label}</span>
          </label>
        ))}
      </div>
      <Wrong field={field} set={set} />
    </fieldset>
  );
}

function Group({ field, set }: FieldProps): Html {
  return (
    <fieldset class="set" id={idOf(field, set)}>
      <legend>{field.title}</legend>
      {field.description ? <p class="sub">{field.description}</p> : null}
      {field.fields.map((it) => (
        <FieldView field={it} set={set} />
      ))}
    </fieldset>
  );
}

/** The rows there are, and two empty ones for more; a row that is emptied goes away. */
function Rows({ field, set }: FieldProps): Html {
  const prefix = `${field.name}.`;
  const indexes = Object.keys(set.texts)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10));
  const count = Math.max(-1, ...indexes) + 1;
  return (
    <fieldset class="set" id={idOf(field, set)}>
      <legend>{field.title}</legend>
      <p class="sub">{`${hintOf(field, set) ?? ""} Empty rows do not count.`.trim()}</p>
      {Array.from({ length: count + 2 }, (_, index) => (
        <fieldset class="set row">
          <legend class="sr-only">{`${field.title} ${index + 1}`}</legend>
          {fieldsOfRow(field, index).map((it) => (
            <FieldView field={{ ...it, required: false, optional: true }} set={set} />
          ))}
        </fieldset>
      ))}
    </fieldset>
  );
}
