/** How every page begins: what it is about, its state, one true sentence, and what can be done first. */
/** @jsxImportSource hono/jsx */
import type { Concept } from "./docs/concepts.ts";
import { Help } from "./help-link.tsx";
import type { Children, Html } from "./html.ts";

export interface HeadProps {
  readonly title: string;
  /** Beside the title: a state. */
  readonly status?: Html | null;
  /** What the page is about, as the manual explains it. */
  readonly help?: Concept | undefined;
  /** The sentence. */
  readonly lede?: Html | string | null;
  /** Buttons and links; at most one of them is filled. */
  readonly children?: Children;
}

export function Head({ title, status, help, lede, children }: HeadProps): Html {
  return (
    <div class="head">
      <div>
        <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 dir="auto">{title}</h1>
          {status}
          {help === undefined ? null : <Help of={help} />}
        </div>
        {lede === undefined || lede === null ? null : <p class="lede">{lede}</p>}
      </div>
      {children === undefined ? null : <div class="acts">{children}</div>}
    </div>
  );
}
