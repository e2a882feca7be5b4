/** A configuration as names and values: what was said, and what the defaults say. Secrets are never shown. */
/** @jsxImportSource hono/jsx */
import { fallbackText } from "./field-texts.ts";
import type { Field } from "./fields.ts";
import type { Choices, Texts } from "./frame.ts";
import type { Html } from "./html.ts";

export interface ConfigFactsProps {
  readonly fields: readonly Field[];
  readonly texts: Texts;
  readonly choices?: Choices;
}

/** The fields inside of groups as well, in their order. */
export const flatten = (fields: readonly Field[]): readonly Field[] =>
  fields.flatMap((it) => (it.control === "group" ? flatten(it.fields) : [it]));

const saidIn = (texts: Texts, field: Field): readonly string[] => {
  const all = (texts[field.name] ?? []).filter((it) => it.trim() !== "");
  return field.control === "checkbox" ? all.slice(-1) : all;
};

export function ConfigFacts({ fields, texts, choices = {} }: ConfigFactsProps): Html {
  const all = flatten(fields);
  const said = all.filter((it) => saidIn(texts, it).length > 0);
  const usual = all.filter((it) => !said.includes(it) && fallbackText(it) !== undefined);
  return (
    <>
      {said.length === 0 ? <p class="pb text-muted">All of it is left to the defaults.</p> : null}
      <dl class={said.length === 0 ? "hidden" : "facts"}>
        {said.map((field) => (
          <>
            <dt>{field.title}</dt>
            <dd dir="auto" class={isCode(field) ? "mono" : undefined}>
              {saidIn(texts, field)
                .map((it) => wordsOf(field, it, choices))
                .join(", ")}
            </dd>
          </>
        ))}
      </dl>
      {usual.length > 0 ? (
        <details>
          <summary class="a sub pb w-fit">
            {usual.length === 1 ? "1 default" : `${usual.length} defaults`}
          </summary>
          <dl class="facts">
            {usual.map((field) => (
              <>
                <dt>{field.title}</dt>
                <dd dir="auto" class={isCode(field) ? "mono" : undefined}>
                  {fallbackText(field)}
                </dd>
              </>
            ))}
          </dl>
        </details>
      ) : null}
    </>
  );
}

/** Paths, commands and addresses are typed, and read, letter by letter. */
const isCode = ({ key }: Field): boolean =>
  /_(path|command|file|socket|url|mode)$|^endpoint$/.test(key);

function wordsOf(field: Field, text: string, choices: Choices): string {
  if (field.control === "checkbox") return text === "true" ? "yes" : "no";
  const known = choices[field.name] ?? field.choices ?? [];
  return known.find((it) => it.value === text)?.label ?? text;
}
