/** What a control tells browsers and people before anything is typed. */
import { fallbackText } from "./field-texts.ts";
import type { Field } from "./fields.ts";

/** What holds when it is left empty; else an example. */
export const placeholderOf = (field: Field): string | undefined =>
  fallbackText(field) ?? field.example;

/** Password managers need to know; anything else here is not about the person who types. */
export function autocompleteOf(field: Field): string {
  if (!field.secret) return "off";
  return field.key === "current_password" ? "current-password" : "new-password";
}
