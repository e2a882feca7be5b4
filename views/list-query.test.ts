import { expect, test } from "bun:test";
import fc from "fast-check";
import { hrefOfNext, hrefOfPrevious } from "./list-query.ts";

const queryOf = (href: string) => new URL(href, "https://here.invalid").searchParams;

/** What decides which rows a page shows. */
const place = (query: URLSearchParams) => [
  query.get("cursor"),
  query.get("page"),
  query.get("sort"),
  query.get("chosen"),
];

test("from any page the way back leads over the pages that were seen, and keeps filters and sort", () => {
  const cursors = fc.array(fc.stringMatching(/^W[\w-]{3,60}$/), { minLength: 1, maxLength: 15 });
  const start = fc.constantFrom("", "sort=-name", "page=3&sort=name", "chosen=all&status=Active");
  fc.assert(
    fc.property(start, cursors, (begin, way) => {
      const seen = [new URLSearchParams(begin)];
      for (const cursor of way) {
        const here = seen.at(-1) ?? new URLSearchParams();
        seen.push(queryOf(hrefOfNext("/certificates", here, cursor)));
      }
      let here = seen.pop() ?? new URLSearchParams();
      for (const before of seen.reverse()) {
        const href = hrefOfPrevious("/certificates", here) ?? "";
        here = queryOf(href);
        expect(place(here)).toEqual(place(before));
      }
    }),
  );
});

test("the first page has none before it, and a cursor from elsewhere claims none", () => {
  expect(hrefOfPrevious("/jobs", new URLSearchParams())).toBeUndefined();
  expect(hrefOfPrevious("/jobs", new URLSearchParams("page=1"))).toBeUndefined();
  expect(hrefOfPrevious("/jobs", new URLSearchParams("cursor=Wabc"))).toBeUndefined();
  expect(hrefOfPrevious("/jobs", new URLSearchParams("page=3"))).toBe("/jobs?page=2");
});

test("however far one goes, the address stays short", () => {
  let query = new URLSearchParams();
  for (let n = 0; n < 60; n++) {
    query = queryOf(hrefOfNext("/jobs", query, `W${"x".repeat(300)}${n}`));
    expect(query.toString().length).toBeLessThan(4_000);
  }
  expect(hrefOfPrevious("/jobs", query)).toContain("x58");
});
