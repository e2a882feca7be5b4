/** The controls of a field of which several may be chosen. */
/** @jsxImportSource hono/jsx */
import { common, type FieldProps, Hint, idOf, isMarked, textsAt, Wrong } from "./field-set.tsx";
import type { Choice } from "./frame.ts";
import type { Html } from "./html.ts";
import { type Found, labelIn, Searched } from "./searched.tsx";

/** Those chosen already, to be taken away, and room for more. */
export function SearchedList({ field, set, known, search }: FieldProps & Found): Html {
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

/** The hidden empty value says that the list was shown, so that nothing ticked means none. */
export function Checks(props: FieldProps & { readonly choices: readonly Choice[] }): Html {
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
