/** The key of the one row that an INSERT … RETURNING pk made. */
export function onlyPk(rows: readonly { readonly pk: number }[]): number {
  const [row] = rows;
  if (!row) throw new Error("an INSERT returned no row");
  return row.pk;
}
