import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bring, type Exchange, sideOf, sweep } from "./exchange.ts";
import { absent, describeFile, type Files, realFiles } from "./files.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "certctl-exchange-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), "utf8");

function exchangeOf(names: readonly string[], files: Files = realFiles): Exchange {
  return {
    token: "token",
    pivot: at(".pivot"),
    files: names.map((name) => {
      writeFileSync(at(`${name}.new`), `new ${name}`);
      const existed = files.lstat(at(name)) !== undefined;
      if (existed)
        files.link(at(name), at(`${name}.old`)) || writeFileSync(at(`${name}.old`), read(name));
      return {
        path: at(name),
        staged: at(`${name}.new`),
        ...(existed ? { backup: at(`${name}.old`) } : {}),
        was: existed ? describeFile(files, at(name)) : absent,
        shall: describeFile(files, at(`${name}.new`)),
      };
    }),
  };
}

function writeOld(...names: readonly string[]): void {
  for (const name of names) writeFileSync(at(name), `old ${name}`);
}

test("there and back, any number of times, and ordinary files in the end", () => {
  writeOld("a", "b", "c");
  const exchange = exchangeOf(["a", "b", "c"]);
  for (const side of ["new", "new", "old", "old", "new"] as const) {
    bring(realFiles, exchange, side);
    expect(["a", "b", "c"].map(read)).toEqual(["a", "b", "c"].map((it) => `${side} ${it}`));
    expect(sideOf(realFiles, exchange)).toBe(side);
    expect(lstatSync(at("a")).isFile()).toBe(true);
  }
  sweep(realFiles, exchange);
  expect(realFiles.list(directory)).toEqual(["a", "a.old", "b", "b.old", "c", "c.old"]);
});

test("without hard links too, and for files that did not exist", () => {
  const files = { ...realFiles, link: () => false };
  writeOld("a");
  const exchange = exchangeOf(["a", "b"], files);
  bring(files, exchange, "new");
  expect([read("a"), read("b")]).toEqual(["new a", "new b"]);
  bring(files, exchange, "old");
  expect(read("a")).toBe("old a");
  expect(realFiles.lstat(at("b"))).toBeUndefined();
});

test("a destination that was a link within its directory is a link again after undoing", () => {
  writeOld("real", "b");
  symlinkSync("real", at("a"));
  const exchange = exchangeOf(["a", "b"]);
  bring(realFiles, exchange, "new");
  expect([read("a"), read("real")]).toEqual(["new a", "old real"]);
  bring(realFiles, exchange, "old");
  expect([read("a"), lstatSync(at("a")).isSymbolicLink()]).toEqual(["old real", true]);
});

test("what somebody else changed meanwhile is not touched", () => {
  writeOld("a", "b");
  const exchange = exchangeOf(["a", "b"]);
  writeFileSync(at("b"), "theirs");
  expect(() => bring(realFiles, exchange, "new")).toThrow("was changed by somebody else");
  expect([read("a"), read("b")]).toEqual(["old a", "theirs"]);
});
