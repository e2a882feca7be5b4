/** Text that both databases can keep: no U+0000 (PostgreSQL has none) and no half of a surrogate pair (JSONB, UTF-8). */
import { invalid } from "./problem.ts";
import { wirePath } from "./wire.ts";

/** Throws `invalid-input`, naming the first place of `value` whose text or key could not be kept. */
export function requireStorable(value: unknown, path: readonly string[] = []): void {
  if (typeof value === "string") {
    if (isStorable(value)) return;
    throw invalid(wirePath(path), "text must not contain U+0000 or half a surrogate pair");
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    // What is wrong with a key is said of the object that has it: the key itself cannot be shown.
    requireStorable(key, path);
    requireStorable(inner, [...path, key]);
  }
}

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();
