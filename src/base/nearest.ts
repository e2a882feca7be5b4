/** The known word that a misspelt one was probably meant to be. */

/**
 * The candidate with the smallest edit distance (the first of equals), among those that begin with the word if any do;
 * undefined when there is no candidate.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const longer = word === "" ? [] : all.filter((it) => it.startsWith(word));
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of longer.length > 0 ? longer : all) {
    const distance = editDistance(word, candidate);
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** Levenshtein: how many characters must be inserted, deleted or replaced to make `b` of `a`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
