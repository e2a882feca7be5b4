/** PEM as RFC 7468 has it. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Problem } from "#base/problem.ts";
import { encodePem, parsePem, parsePemOf } from "./pem.ts";

const body = Buffer.from("0500", "hex").toString("base64");
const block = `-----BEGIN THING-----\n${body}\n-----END THING-----\n`;

describe("reading", () => {
  test("gives what was written, for every content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (der) => {
        const text = encodePem("THING", der);
        expect(parsePem(text)).toEqual([{ label: "THING", der }]);
        for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  const der = Uint8Array.of(5, 0);
  test.each([
    { name: "CRLF", text: block.replaceAll("\n", "\r\n") },
    { name: "CR alone", text: block.replaceAll("\n", "\r") },
    { name: "a byte order mark", text: `\ufeff${block}` },
    {
      name: "text before and after",
      text: `Certificate:\n  Data: ----\n-----------Leaf---------\n${block}\nbye\n`,
    },
    { name: "spaces at the ends of lines", text: block.replaceAll("\n", " \t\n") },
    { name: "an indented body", text: block.replace(body, `  ${body}`) },
    { name: "no line break at the end", text: block.trimEnd() },
    { name: "a body broken in odd places", text: block.replace(body, "B\nQ\nA=") },
  ])("takes $name", ({ text }) => {
    expect(parsePem(text)).toEqual([{ label: "THING", der }]);
  });

  test.each([
    { name: "no block", text: "hello", says: /no -----BEGIN/ },
    { name: "no end", text: block.replace("-----END THING-----", ""), says: /no -----END THING/ },
    { name: "no begin", text: block.replace("-----BEGIN THING-----", ""), says: /has not begun/ },
    {
      name: "another end",
      text: block.replace("END THING", "END OTHER"),
      says: /begins THING and ends OTHER/,
    },
    {
      name: "a block in a block",
      text: `-----BEGIN A-----\n${block}-----END A-----`,
      says: /begins THING within A/,
    },
    { name: "an empty block", text: block.replace(`${body}\n`, ""), says: /empty THING/ },
    {
      name: "headers",
      text: block.replace(body, `Proc-Type: 4,ENCRYPTED\n\n${body}`),
      says: /headers/,
    },
    { name: "padding inside", text: block.replace(body, `BQA=${body}`), says: /not base64/ },
    { name: "missing padding", text: block.replace(body, "BQA"), says: /not base64/ },
    { name: "bits after the end", text: block.replace(body, "BQB="), says: /not base64/ },
    { name: "the URL alphabet", text: block.replace(body, "-_8="), says: /not base64/ },
    { name: "letters that are no base64", text: block.replace(body, "BQ!A="), says: /not base64/ },
    { name: "a NUL", text: block.replace(body, `${body}\0`), says: /NUL/ },
    { name: "an odd label", text: block.replaceAll("THING", "A  B"), says: /malformed boundary/ },
    { name: "an endless boundary line", text: "-----BEGIN ".repeat(20_000), says: /over 200/ },
  ])("refuses $name", ({ text, says }) => {
    expect(() => parsePem(text)).toThrow(Problem);
    expect(() => parsePem(text)).toThrow(says);
  });

  test("keeps its limits", () => {
    expect(() => parsePem(block, { maximum: 10 })).toThrow(/at most 10/);
    expect(() => parsePem(block.repeat(3), { maximumBlocks: 2 })).toThrow(/more than 2 blocks/);
  });

  test("does not hang on what looks like boundaries", () => {
    expect(() => parsePem("-".repeat(1_000_000))).toThrow(Problem);
    expect(() => parsePem(`${"-----BEGIN A\n".repeat(50_000)}`)).toThrow(Problem);
  });
});

test("blocks of one kind are demanded", () => {
  expect(parsePemOf("THING", block + block)).toHaveLength(2);
  expect(() => parsePemOf("CERTIFICATE", block)).toThrow(/contains a THING where a CERTIFICATE/);
});
