/** The two spellings of a name: camelCase in code, snake_case on the wire. */

/** `notAfter` → `not_after`. A name without capitals stays as it is. */
export function toSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `notAfter` → `Not after`: the title of a field that has none. */
export function toTitle(name: string): string {
  const words = toSnake(name).replaceAll("_", " ").replace(/ id$/, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
