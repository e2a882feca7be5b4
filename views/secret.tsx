/** A text to be copied: one click selects all of it, a button copies it, and it can be reached with the keyboard. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

/** A value among others, with a button that copies it; without a script the button is not there. */
export function Copyable({
  value,
  label,
}: {
  readonly value: string;
  readonly label: string;
}): Html {
  return (
    <span class="flex items-start gap-1">
      <code class="min-w-0 break-all">{value}</code>
      <button type="button" class="ib scripted" data-copy={value} aria-label={`Copy: ${label}`}>
        <Icon name="copy" class="i-s" />
      </button>
    </span>
  );
}

export interface SecretProps {
  readonly value: string;
  readonly label: string;
  /** Unique on the page, where there are several. */
  readonly id?: string;
}

/** Without a script the button is not there. */
export function Secret({ value, label, id = "copied" }: SecretProps): Html {
  return (
    <section class="cmd whole" aria-label={label}>
      <code id={id} tabindex={0}>
        {value}
      </code>
      <button type="button" class="ib scripted" data-copy={`#${id}`} aria-label={`Copy: ${label}`}>
        <Icon name="copy" />
      </button>
    </section>
  );
}
