/** What somebody types before something is done to many: it says what, and to how many. Pure. */

/** `archive 214 certificates`. */
export const phraseFor = (verb: string, n: number): string =>
  `${verb} ${n} ${n === 1 ? "certificate" : "certificates"}`;

/** Case, spaces and the commas of a long number do not matter. */
export function isPhrase(typed: string, phrase: string): boolean {
  const plain = (text: string) => text.trim().toLowerCase().replaceAll(",", "").split(/\s+/);
  return plain(typed).join(" ") === phrase;
}
