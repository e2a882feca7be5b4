/** The control of a field that has one value. */
/** @jsxImportSource hono/jsx */
import { autocompleteOf, placeholderOf } from "./field-attributes.ts";
import { common, type FieldProps, Hint, textsAt, Wrong } from "./field-set.tsx";
import { fallbackText } from "./field-texts.ts";
import type { Choice } from "./frame.ts";
import type { Html } from "./html.ts";

export function Input(
  props: FieldProps & { readonly choices: readonly Choice[] | undefined },
): Html {
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
export function Checkbox({ field, set }: FieldProps): Html {
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
