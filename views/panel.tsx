/** A part of a page with a heading of its own. */
/** @jsxImportSource hono/jsx */
import type { Children, Html } from "./html.ts";

export interface PanelProps {
  readonly title: string;
  /** For links to it and for morphing. */
  readonly id?: string;
  /** On the right of the heading, in small. */
  readonly sub?: Html | string | null;
  /** Before the heading. */
  readonly mark?: Html | null;
  /** The content has a padding; tables and lists bring their own. */
  readonly padded?: boolean;
  /** What cannot be taken back. */
  readonly danger?: boolean;
  readonly children?: Children;
}

export function Panel({ title, id, sub, mark, padded, danger, children }: PanelProps): Html {
  return (
    <section class={danger ? "panel danger" : "panel"} id={id} aria-label={title}>
      <header>
        {mark}
        <h2>{title}</h2>
        {sub === undefined || sub === null ? null : <span class="sub">{sub}</span>}
      </header>
      {padded ? <div class="pb">{children}</div> : children}
    </section>
  );
}

/** A page of a main part and a narrow one beside it. */
export function Columns({
  main,
  aside,
}: {
  readonly main: Children;
  readonly aside: Children;
}): Html {
  return (
    <div class="cols cols-main">
      <div class="grid min-w-0 gap-4">{main}</div>
      <aside class="grid min-w-0 gap-4" aria-label="Facts">
        {aside}
      </aside>
    </div>
  );
}
