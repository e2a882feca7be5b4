/** An icon of the sprite. It says nothing to a screen reader: the words beside it do. */
/** @jsxImportSource hono/jsx */
import { assets } from "./assets.ts";
import type { Html } from "./html.ts";
import type { IconName } from "./icons.ts";

export type { IconName } from "./icons.ts";

export interface IconProps {
  readonly name: IconName;
  /** `i-s` small, `good`, `bad`, `warn`, `run`, `spin`. */
  readonly class?: string;
}

export function Icon({ name, class: more }: IconProps): Html {
  return (
    <svg class={more === undefined ? "i" : `i ${more}`} aria-hidden="true">
      <use href={`${assets.sprite.path}#${name}`} />
    </svg>
  );
}
