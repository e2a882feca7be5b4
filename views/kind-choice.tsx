/** Choosing the type of a thing whose configuration depends on it: every type is a card that leads to its own form. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface KindCard {
  readonly kind: string;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** The titles of what has to be said. */
  readonly needs: readonly string[];
}

export interface KindChoiceProps {
  readonly kinds: readonly KindCard[];
  readonly icon: IconName;
  /** Where a type leads. */
  readonly href: (kind: string) => string;
}

export function KindChoice({ kinds, icon, href }: KindChoiceProps): Html {
  return (
    <>
      <ul class="grid gap-3 sm:grid-cols-2">
        {kinds.map((it) => (
          <li class="way">
            <Icon name={icon} />
            <h2>{it.title}</h2>
            <p class="sub">{it.does}</p>
            <p class="sub">
              {it.needs.length === 0 ? "Needs nothing more." : `Needs: ${it.needs.join(", ")}.`}
            </p>
            <p class="acts mt-1">
              <a class="btn" href={href(it.kind)} aria-label={`Choose ${it.title}`}>
                {it.title}
              </a>
            </p>
          </li>
        ))}
      </ul>
      <p class="sub">
        {"For experts, and for what a file already says: "}
        <a class="a" href={href("json")}>
          write the configuration as JSON
        </a>
      </p>
    </>
  );
}
