/** Nothing is here yet: what would be, and the ways to make the first one. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface Way {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly href: string;
  readonly action: string;
  /** Offered to whoever may call it. */
  readonly needs?: Contract;
}

export interface EmptyProps {
  readonly frame: Frame;
  readonly title: string;
  readonly text: string;
  /** Three at most. */
  readonly ways?: readonly Way[];
}

export function Empty({ frame, title, text, ways = [] }: EmptyProps): Html {
  const open = ways.filter((it) => it.needs === undefined || frame.may(it.needs));
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p class="lede">{text}</p>
      {open.length > 0 ? (
        <div class="ways">
          {open.map((it, at) => (
            <div class="way">
              <Icon name={it.icon} />
              <h3>{it.title}</h3>
              <p class="sub">{it.text}</p>
              <p class="acts mt-1">
                <a class={at === 0 ? "btn btn-primary" : "btn"} href={it.href}>
                  {it.action}
                </a>
              </p>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
