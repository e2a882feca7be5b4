import { expect, test } from "bun:test";
import { shortName, treeOf } from "./tree.ts";

const node = (id: string, parentId: string | null) => ({ id, parentId });

test("authorities stand under their parents, with the lines that lead to them", () => {
  const all = [
    node("root", null),
    node("a", "root"),
    node("b", "root"),
    node("a1", "a"),
    node("a2", "a"),
    node("b1", "b"),
    node("other", "unknown"),
  ];
  expect(treeOf(all).map(({ it, lines }) => [it.id, lines.join("|")])).toEqual([
    ["root", ""],
    ["a", "t"],
    ["a1", "l|t"],
    ["a2", "l|e"],
    ["b", "e"],
    ["b1", "|e"],
    ["other", ""],
  ]);
});

test("a circle is no tree, and ends", () => {
  expect(treeOf([node("x", "y"), node("y", "x")])).toEqual([]);
});

test("a common name alone stands without its attribute", () => {
  expect(shortName("CN=Example Root")).toBe("Example Root");
  expect(shortName("CN=a,O=b")).toBe("CN=a,O=b");
});
