/** Commands derived from all contracts: unique, explained, and their flags understood. */
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { instant, Timestamp } from "#base/time.ts";
import { fromWire } from "#base/wire.ts";
import { contracts } from "#features/apis.ts";
import { parseArguments } from "./arguments.ts";
import { type Command, commandsOf, usageOf } from "./command.ts";
import { fieldOf } from "./field.ts";
import { globalFlags } from "./global-flags.ts";
import { commandHelp, nounHelp, nounsOf, rootHelp } from "./help.ts";
import { inputOf } from "./input.ts";
import { UsageError } from "./usage-error.ts";

const commands = commandsOf(contracts);

describe("every contract with a command", () => {
  test("has its own noun and verb", () => {
    const names = commands.map((it) => `${it.noun} ${it.verb}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
    expect(names).toContain("certs renew");
  });

  test.each(commands.map((command) => ({ name: `${command.noun} ${command.verb}`, command })))(
    "$name has help that names its flags",
    ({ command }) => {
      const help = commandHelp(command);
      expect(help).toContain(`Usage: ${usageOf(command)}`);
      expect(help).toContain(command.contract.path);
      expect(help).not.toMatch(/undefined|\[object|; ;/);
      for (const flag of command.flags) expect(help).toContain(`\n  ${flag.name}`);
      expect(nounHelp(commands, command.noun)).toContain(command.contract.summary);
    },
  );

  test("names a positional that is a key of its input", () => {
    for (const { contract: it, positional } of commands) {
      expect(positional?.key).toBe(it.cli?.positional);
    }
  });

  test("hides no global flag but --format, which an export needs for itself", () => {
    const names = new Set<string>(globalFlags.map((it) => it.name));
    const hiding = commands.flatMap((it) =>
      it.flags
        .filter((flag) => names.has(flag.name))
        .map((flag) => `${it.noun} ${it.verb} ${flag.name}`),
    );
    expect(hiding).toEqual(["audit export --format"]);
  });

  test("stands in the list of commands", () => {
    for (const noun of nounsOf(commands)) expect(rootHelp(commands)).toContain(`\n  ${noun} `);
  });
});

const sample = contract({
  name: "things.change",
  summary: "Change a thing",
  method: "PATCH",
  path: "/api/v1/things/:id",
  permission: "system:read",
  scope: "shared",
  effect: "write",
  answer: "json",
  input: z.strictObject({
    id: Id,
    name: z.string().min(2),
    count: z.int().min(1).max(9).default(1),
    force: z.boolean().default(false),
    expiresAt: Timestamp.optional(),
    ownerId: Id.nullable().optional(),
    sans: z.array(z.string()).default([]),
    tags: z.record(z.string(), z.string()).default({}),
    config: z.record(z.string(), z.unknown()).optional(),
    grants: z.array(z.strictObject({ role: z.enum(["a", "b"]), teamId: Id.nullable() })).optional(),
    csrPem: z.string().max(100_000).optional(),
    password: z.string().optional().meta({ secret: true }),
    mode: z.enum(["keep", "drop"]).optional(),
  }),
  output: z.null(),
  problems: [],
  cli: { noun: "things", verb: "change", positional: "id" },
});
const [command] = commandsOf([sample]) as [Command];
const files: Readonly<Record<string, string>> = {
  "/req.pem": "-----BEGIN\n",
  "/dev/stdin": "hunter2\n",
  "/c.json": '{"port": 8443}',
};

function inputFor(line: readonly string[]): unknown {
  const { given } = parseArguments(command, line, new Map());
  return inputOf(command, given, (path) => files[path]);
}

function complaintOf(line: readonly string[]): string {
  try {
    inputFor(line);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
}

const enough = ["th-1", "--name", "bo"];

describe("flags", () => {
  test.each([
    { line: [], expected: {} },
    { line: ["--count", "3"], expected: { count: 3 } },
    { line: ["--count=3"], expected: { count: 3 } },
    { line: ["--force"], expected: { force: true } },
    { line: ["--force=false"], expected: { force: false } },
    { line: ["--no-force"], expected: { force: false } },
    { line: ["--no-owner-id"], expected: { owner_id: null } },
    { line: ["--owner-id", "o-1"], expected: { owner_id: "o-1" } },
    { line: ["--sans", "a, b"], expected: { sans: ["a", "b"] } },
    { line: ["--sans", "a\\,b,c"], expected: { sans: ["a,b", "c"] } },
    { line: ["--sans", "a,b", "--sans", "c"], expected: { sans: ["a,b", "c"] } },
    { line: ["--tags", "a=1\\,2,b=3"], expected: { tags: { a: "1,2", b: "3" } } },
    { line: ["--tags", "a=1,2", "--tags", "b=3"], expected: { tags: { a: "1,2", b: "3" } } },
    { line: ["--tags", "a=1", "--tags", "bC=2"], expected: { tags: { a: "1", bC: "2" } } },
    { line: ["--tags", '{"a":"x,y"}'], expected: { tags: { a: "x,y" } } },
    { line: ["--config", "@/c.json"], expected: { config: { port: 8443 } } },
    { line: ["--config", "cert_path=/a"], expected: { config: { cert_path: "/a" } } },
    {
      line: ["--grants", '{"role":"a","team_id":null}'],
      expected: { grants: [{ role: "a", team_id: null }] },
    },
    {
      line: ["--grants", '[{"role":"a","team_id":"t"}]'],
      expected: { grants: [{ role: "a", team_id: "t" }] },
    },
    { line: ["--csr-pem", "@/req.pem"], expected: { csr_pem: "-----BEGIN\n" } },
    { line: ["--csr-pem", "-"], expected: { csr_pem: "hunter2\n" } },
    { line: ["--password", "-"], expected: { password: "hunter2" } },
    {
      line: ["--expires-at", "2026-01-01T00:00:00Z"],
      expected: { expires_at: "2026-01-01T00:00:00Z" },
    },
    { line: ["--mode", "keep"], expected: { mode: "keep" } },
  ])("$line", ({ line, expected }) => {
    expect(inputFor([...enough, ...line])).toEqual({ id: "th-1", name: "bo", ...expected });
  });

  test("travel so that the server reads what was meant", () => {
    const wire = inputFor([
      ...enough,
      "--expires-at",
      "2026-01-01T00:00:00Z",
      "--grants",
      '{"role":"b","team_id":"t-1"}',
    ]);
    expect(sample.input.parse(fromWire(sample.input, wire))).toMatchObject({
      expiresAt: instant(Date.UTC(2026, 0, 1)),
      grants: [{ role: "b", teamId: "t-1" }],
      count: 1,
    });
  });

  test("may stand before the positional, and after -- nothing is a flag", () => {
    expect(inputFor(["--name", "--bo", "--", "th-1"])).toEqual({ id: "th-1", name: "--bo" });
  });
});

describe("a wrong call", () => {
  test.each([
    { line: ["th-1"], expected: "--name is required" },
    { line: ["--name", "bo"], expected: "ID is required" },
    { line: ["-x", "--name", "bo"], expected: "ID: must be 1 to 64 of a-z" },
    { line: [...enough, "again"], expected: "unexpected argument: again" },
    { line: [...enough, "--nmae", "x"], expected: "unknown flag: --nmae; did you mean --name?" },
    {
      line: [...enough, "--fromat", "x"],
      expected: "unknown flag: --fromat; did you mean --format?",
    },
    { line: [...enough, "--format", "xml"], expected: "--format must be table or json" },
    { line: [...enough, "--insecure=yes"], expected: "--insecure takes no value" },
    { line: [...enough, "--count"], expected: "--count needs a value: N" },
    { line: [...enough, "--count", "many"], expected: "--count: must be a number" },
    { line: [...enough, "--count", "10"], expected: "--count: must be at most" },
    { line: [...enough, "--count", "1", "--count", "2"], expected: "--count is given twice" },
    { line: [...enough, "--no-count"], expected: "unknown flag: --no-count" },
    {
      line: [...enough, "--mode", "kep"],
      expected: "--mode: must be one of keep, drop",
    },
    { line: [...enough, "--grants", "{"], expected: "--grants must be JSON" },
    {
      line: [...enough, "--grants", '{"role":"c","team_id":null}'],
      expected: "--grants at 0.role: must be one of",
    },
    {
      line: [...enough, "--csr-pem", "@/nowhere"],
      expected: "--csr-pem: there is no /nowhere",
    },
    {
      line: [...enough, "--expires-at", "tomorrow"],
      expected: "--expires-at: must be a moment such as",
    },
  ])("$line", ({ line, expected }) => {
    expect(complaintOf(line)).toContain(expected);
  });

  test("hears of everything that is wrong at once", () => {
    expect(complaintOf(["th-1", "--count", "0"]).split("\n")).toHaveLength(2);
  });
});

test.each([
  {
    name: "a key's own words when its schema is shared",
    key: "ownerId",
    schema: Id.optional(),
    expected: { title: "Owner", kind: "text", required: false },
  },
  {
    name: "the title that was given",
    key: "at",
    schema: Timestamp.optional().meta({ title: "Expires" }),
    expected: { title: "Expires", kind: "instant" },
  },
  {
    name: "inner titles through wrappers",
    key: "n",
    schema: z.int().min(1).max(5).meta({ title: "Many" }).default(2),
    expected: { title: "Many", kind: "number", default: "2", bounds: "1 to 5" },
  },
  {
    name: "null as a value",
    key: "x",
    schema: z.string().max(9).nullable().default(null),
    expected: { nullable: true, default: "null", bounds: "at most 9 characters" },
  },
  {
    name: "the options of a list",
    key: "x",
    schema: z.array(z.enum(["a", "b"])),
    expected: { kind: "list", options: ["a", "b"], required: true },
  },
])("a field knows $name", ({ key, schema, expected }) => {
  expect(fieldOf(key, schema)).toMatchObject(expected);
});
