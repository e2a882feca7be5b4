/** What the text search covers: names, owner and tags. */
export function searchText(it: {
  readonly name: string;
  readonly sans: readonly string[];
  readonly owner: string | null;
  readonly tags: Readonly<Record<string, string>>;
}): string {
  const tags = Object.entries(it.tags).map(([key, value]) => `${key}=${value}`);
  // The common name is among the names or in the name; each word once keeps the index small.
  return [...new Set([it.name, ...it.sans, it.owner ?? "", ...tags])].filter(Boolean).join("\n");
}
