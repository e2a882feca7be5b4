import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveDestination } from "./destination.ts";
import { realFiles } from "./files.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "certctl-destination-")));
  for (const name of ["tls", "open", "open/deep", "tls/dir"]) mkdirSync(join(root, name));
  chmodSync(join(root, "open"), 0o777);
  writeFileSync(join(root, "tls", "site.pem"), "x");
  writeFileSync(join(root, "outside.pem"), "x");
  symlinkSync("tls", join(root, "alias"));
  symlinkSync("site.pem", join(root, "tls", "inside.pem"));
  symlinkSync("../outside.pem", join(root, "tls", "outside.pem"));
  symlinkSync("nothing", join(root, "tls", "dangling.pem"));
  symlinkSync("/dev/null", join(root, "tls", "device.pem"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const resolve = (name: string, allowed?: readonly string[]) =>
  resolveDestination(realFiles, join(root, name), allowed);

test("a file, a missing file, and a link within the directory are destinations; the directory is its true one", () => {
  expect(resolve("tls/site.pem")).toBe(join(root, "tls/site.pem"));
  expect(resolve("tls/new.pem")).toBe(join(root, "tls/new.pem"));
  expect(resolve("tls/inside.pem")).toBe(join(root, "tls/inside.pem"));
  expect(resolve("alias/site.pem")).toBe(join(root, "tls/site.pem"));
});

test.each([
  { name: "none/site.pem", reason: "there is no directory" },
  { name: "tls/site.pem/x", reason: "is not a directory" },
  { name: "tls/dir", reason: "is a directory: name a file in it" },
  { name: "tls/outside.pem", reason: "is a link out of its directory, to ../outside.pem" },
  { name: "tls/dangling.pem", reason: "is a link to nothing, which is not a file" },
  { name: "tls/device.pem", reason: "is a link to /dev/null, which is not a file" },
  { name: "open/site.pem", reason: "everybody may write in" },
  { name: "open/deep/site.pem", reason: "everybody may write in" },
])("$name is refused", ({ name, reason }) => {
  expect(() => resolve(name)).toThrow(reason);
});

test("relative paths and paths with dots are refused", () => {
  expect(() => resolveDestination(realFiles, "tls/site.pem", undefined)).toThrow("absolute path");
  expect(() => resolveDestination(realFiles, "/etc/../x", undefined)).toThrow("must not contain");
});

test("an agent that may write in some directories only says so, also for a way around by a link", () => {
  expect(resolve("tls/site.pem", [join(root, "tls")])).toBe(join(root, "tls/site.pem"));
  expect(resolve("tls/site.pem", ["/"])).toBe(join(root, "tls/site.pem"));
  const elsewhere = [join(root, "alia"), join(root, "open"), "/nowhere"];
  expect(() => resolve("alias/site.pem", elsewhere)).toThrow("may not write in");
  expect(resolve("tls/site.pem", [join(root, "alias")])).toBe(join(root, "tls/site.pem"));
});
