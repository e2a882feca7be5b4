/** Choosing the type of a thing whose configuration depends on it: every type is a link to its own form. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export interface KindChoiceProps {
  readonly kinds: readonly { readonly kind: string; readonly title: string }[];
  /** `/targets/new`. */
  readonly path: string;
  /** What is chosen: `target`. */
  readonly what: string;
}

export function KindChoice({ kinds, path, what }: KindChoiceProps): Html {
  return (
    <>
      <p>{`What kind of ${what}?`}</p>
      <ul>
        {kinds.map((it) => (
          <li>
            <a href={`${path}?type=${encodeURIComponent(it.kind)}`}>{it.title}</a>
          </li>
        ))}
        <li>
          <a href={`${path}?type=json`}>Write the configuration as JSON</a>
        </li>
      </ul>
    </>
  );
}
