/** One field of a form: label, hint, control, and beside it what is wrong with it. */
/** @jsxImportSource hono/jsx */
import { ConflictView } from "./conflict.tsx";
import { Checkbox, Input } from "./field-input.tsx";
import { Checks, SearchedList } from "./field-list.tsx";
import {
  common,
  Explained,
  type FieldProps,
  Hint,
  hintOf,
  idOf,
  isMarked,
  textsAt,
  Wrong,
  withoutIndex,
} from "./field-set.tsx";
import { fieldsOfRow } from "./fields.ts";
import type { Html } from "./html.ts";
import { Searched } from "./searched.tsx";

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
