/** A text to be copied: one click selects all of it, and it can be reached with the keyboard. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export function Secret({ value, label }: { readonly value: string; readonly label: string }): Html {
  return (
    <section class="copy" tabindex={0} aria-label={label}>
      <code>{value}</code>
    </section>
  );
}
