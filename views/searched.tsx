/** One of very many things, chosen by its name: the browser offers what the server finds, and the server knows the name. */
/** @jsxImportSource hono/jsx */
import type { Choice } from "./frame.ts";
import type { Html } from "./html.ts";

export interface Found {
  /** Those that are chosen already. */
  readonly known: readonly Choice[];
  /** The path of the list that is searched. */
  readonly search: string;
}

export interface SearchedProps extends Found {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly required?: boolean | undefined;
  readonly "aria-label"?: string;
  readonly "aria-invalid"?: string | undefined;
  readonly "aria-describedby"?: string | undefined;
}

export const labelIn = (known: readonly Choice[], value: string): string =>
  known.find((it) => it.value === value)?.label ?? value;

/** What is sent is a name or an id, and that it may be a name: `toIds` tells which. */
export function Searched({ known, search, value, ...shared }: SearchedProps): Html {
  const list = `${shared.id}-found`;
  return (
    <>
      <input
        {...shared}
        class="input"
        type="text"
        dir="auto"
        list={list}
        data-search={search}
        placeholder="Type a part of the name"
        autocomplete="off"
        spellcheck={false}
        value={labelIn(known, value)}
      />
      <datalist id={list} />
    </>
  );
}
