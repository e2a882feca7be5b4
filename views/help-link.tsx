/** A question mark beside a concept: leads to its paragraph in the manual. */
/** @jsxImportSource hono/jsx */
import { type Concept, concepts } from "./docs/concepts.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export interface HelpProps {
  readonly of: Concept;
  /** Inside of a form: the page stays, and what was typed with it. */
  readonly apart?: boolean;
}

export function Help({ of, apart }: HelpProps): Html {
  const question = `What is ${concepts[of]}?`;
  return (
    <a
      class="ib help"
      href={`/docs/concepts#${of}`}
      target={apart ? "_blank" : undefined}
      aria-label={apart ? `${question} In a new tab` : question}
      title={question}
    >
      <Icon name="circle-help" />
    </a>
  );
}
