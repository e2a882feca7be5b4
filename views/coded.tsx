/** Plain words in which `code` stands between backticks, as descriptions of settings and fields have it. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export function Coded({ text }: { readonly text: string }): Html {
  // What a group of the pattern caught stands at every second place.
  const parts = text.split(/`([^`]+)`/);
  return <>{parts.map((part, at) => (at % 2 === 1 ? <code dir="ltr">{part}</code> : part))}</>;
}
