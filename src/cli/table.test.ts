/** Tables: alignment, cutting to the terminal's width, colours, and what must never reach a terminal. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { harmless, renderTable } from "./table.ts";

const plain = { width: undefined, colour: false };

describe("a table", () => {
  test("is aligned by what is seen, also with wide letters, without blanks at the end", () => {
    const columns = [
      { title: "ID", cells: ["mc-1", "mc-22"] },
      { title: "NAME", cells: ["証明書", "käse"] },
      { title: "STATUS", cells: ["Active", ""] },
    ];
    expect(renderTable(columns, plain)).toBe(
      ["ID     NAME    STATUS", "mc-1   証明書  Active", "mc-22  käse", ""].join("\n"),
    );
  });

  test("without rows is its header", () => {
    expect(renderTable([{ title: "ID", cells: [] }], plain)).toBe("ID\n");
  });

  test("colours status words and the header, and nothing else", () => {
    const columns = [{ title: "STATUS", cells: ["Active", "Activeish", "failed"] }];
    expect(renderTable(columns, { width: undefined, colour: true }).split("\n")).toEqual([
      "\u001b[1mSTATUS\u001b[0m",
      "\u001b[32mActive\u001b[0m",
      "Activeish",
      "\u001b[31mfailed\u001b[0m",
      "",
    ]);
  });

  test("cuts the widest columns to fit, never the first, which is the id", () => {
    const columns = [
      { title: "ID", cells: ["mc-0123456789abcdef"] },
      { title: "NAME", cells: ["a".repeat(60)] },
      { title: "CREATED", cells: ["2026-11-23T15:03:36Z"] },
    ];
    const [, row = ""] = renderTable(columns, { width: 60, colour: false }).split("\n");
    expect(row.length).toBe(60);
    expect(row).toStartWith("mc-0123456789abcdef  aaaa");
    expect(row).toContain("…");
    expect(row).toEndWith("2026-11-23T15:03:…");
  });

  test("leaves the last columns out before it cuts all of them to nothing", () => {
    const columns = ["ID", "NAME", "STATUS", "ISSUER", "CREATED"].map((title) => ({
      title,
      cells: ["x".repeat(20)],
    }));
    const header = (width: number) => renderTable(columns, { width, colour: false }).split("\n")[0];
    expect(header(120)).toContain("CREATED");
    expect(header(70)).toEndWith("ISSUER");
    expect(header(20)).toEndWith("STATUS");
  });

  test("that can be cut to the width is never wider", () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 40 }).map(harmless);
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 64, max: 120 }), (cells, width) => {
        const columns = [0, 1, 2].map((at) => ({
          title: "T",
          cells: cells.map((row) => (at === 0 ? "mc-1" : (row[at] ?? ""))),
        }));
        for (const line of renderTable(columns, { width, colour: false }).split("\n")) {
          expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

test.each([
  { name: "escape sequences", text: "a\u001b[2Jb" },
  { name: "C1 controls", text: "a\u009b2Jb" },
  { name: "line ends", text: "a\r\nb" },
  { name: "direction overrides", text: "a\u202egnp.exe" },
  { name: "direction isolates", text: "a\u2066b" },
])("$name become visible", ({ text }) => {
  expect(harmless(text)).toContain("\ufffd");
  expect(harmless(text)).toMatch(/^[^\p{Cc}\p{Bidi_Control}]*$/u);
});

test("other letters stay as they are", () => {
  expect(harmless("käse 証明書 👩‍💻 שלום")).toBe("käse 証明書 👩‍💻 שלום");
});
