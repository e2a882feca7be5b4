/** Authorities as a tree: parents before their children, and what lines lead to each. Pure. */

interface Node {
  readonly id: string;
  readonly parentId: string | null;
}

/** `l` passes by, `t` branches off and goes on, `e` ends here, empty: nothing. */
export type Line = "l" | "t" | "e" | "";

export interface Placed<T> {
  readonly it: T;
  readonly lines: readonly Line[];
}

/** A parent that is not among them counts as none. Nobody is their own ancestor: what would be is left out. */
export function treeOf<T extends Node>(all: readonly T[]): readonly Placed<T>[] {
  const known = new Set(all.map(({ id }) => id));
  const below = (parent: string | null) =>
    all.filter(({ parentId }) =>
      parent === null ? parentId === null || !known.has(parentId) : parentId === parent,
    );
  const place = (node: T, before: readonly Line[], last: boolean, isRoot: boolean): Placed<T>[] => {
    const lines: readonly Line[] = isRoot ? [] : [...before, last ? "e" : "t"];
    const passing: readonly Line[] = isRoot ? [] : [...before, last ? "" : "l"];
    const children = below(node.id).filter(({ id }) => id !== node.id);
    return [
      { it: node, lines },
      ...children.flatMap((it, at) => place(it, passing, at === children.length - 1, false)),
    ];
  };
  const roots = below(null);
  return roots.flatMap((it) => place(it, [], true, true));
}

/** A name that is a common name alone, without the attribute's name; any other as it is. */
export const shortName = (name: string): string => /^CN=([^,+=\\]+)$/.exec(name)?.[1] ?? name;
