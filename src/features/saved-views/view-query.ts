/** The query of a saved view in one spelling, so that the same view is recognised. Pure. */

/** What belongs to one page of a list as it is, and not to the view. */
export const passing: readonly string[] = ["cursor", "page", "before", "chosen"];

/** Sorted by name; values of one name keep their order. Empty: nothing is narrowed or arranged. */
export function viewQuery(text: string | URLSearchParams): string {
  const pairs = [...new URLSearchParams(text)].filter(
    ([name, value]) => value !== "" && !passing.includes(name),
  );
  const query = new URLSearchParams(pairs);
  query.sort();
  return query.toString();
}
