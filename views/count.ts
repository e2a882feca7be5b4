/** A number with what it counts: `1 target`, `2,000 targets`. */
export const countOf = (n: number, what: string): string =>
  `${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`;
