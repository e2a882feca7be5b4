/** A number with what it counts: `1 target`, `2,000 targets`; with another word where an `s` does not make the plural. */
export const countOf = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
