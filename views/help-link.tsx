/** A question mark beside a concept: leads to its paragraph in the manual. */
/** @jsxImportSource hono/jsx */
import { type Concept, concepts } from "./docs/concepts.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export function Help({ of }: { readonly of: Concept }): Html {
  const question = `What is ${concepts[of]}?`;
  return (
    <a class="ib help" href={`/docs/concepts#${of}`} aria-label={question} title={question}>
      <Icon name="circle-help" />
    </a>
  );
}
