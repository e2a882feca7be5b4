/** Answers for people: which columns a list shows, and how one thing reads. */
import { describe, expect, test } from "bun:test";
import type { Contract } from "#base/contract.ts";
import { contracts } from "#features/apis.ts";
import { renderAnswer, restOf, textOf } from "./answer.ts";

const plain = { width: undefined, colour: false };

function named(name: string): Contract {
  const found = contracts.find((it) => it.name === name);
  if (found === undefined) throw new Error(`no contract ${name}`);
  return found;
}

function headerOf(name: string): string {
  const empty = { data: [], total: 0 };
  return renderAnswer(named(name), empty, plain, undefined).trim().replace(/ {2,}/g, " | ");
}

describe("a list's columns", () => {
  test.each([
    {
      name: "certificates.list",
      expected:
        "ID | NAME | COMMON NAME | STATUS | ENVIRONMENT | ISSUER ID | NOT AFTER | CREATED AT",
    },
    {
      name: "jobs.list",
      expected:
        "ID | STATUS | TYPE | TARGET ID | CERTIFICATE ID | AGENT ID | ISSUER ID | LAST ERROR",
    },
    {
      name: "deployments.list",
      expected: /^ID \| STATE \| TARGET NAME \| VERSION ID \| SEEN AT \| MESSAGE \| /,
    },
    {
      name: "targets.list",
      expected:
        "ID | NAME | TEST STATUS | TYPE | LAST TESTED AT | TEST MESSAGE | AGENT NAME | ENABLED",
    },
    {
      name: "certificates.versions",
      expected: /^ID \| HOLDER \| ISSUER ID \| SERIAL NUMBER \| IS CURRENT \| NOT AFTER/,
    },
    { name: "teams.list", expected: /^ID \| NAME \| / },
    { name: "agents.list", expected: /^ID \| NAME \| STATUS \| HOSTNAME \| LAST HEARTBEAT AT/ },
    {
      name: "audit.list",
      expected: /^ID \| ACTOR TYPE \| ACTION \| ACTOR \| RESOURCE ID \| OUTCOME \| TIMESTAMP/,
    },
    { name: "schedules.list", expected: /^NAME \| LAST OUTCOME \| NEXT RUN AT/ },
  ])("of $name", ({ name, expected }) => {
    if (typeof expected === "string") expect(headerOf(name)).toBe(expected);
    else expect(headerOf(name)).toMatch(expected);
  });

  test("are at least three of what there is, and never PEM", () => {
    for (const contract of contracts) {
      if (contract.cli === undefined || !/list$|versions$|retired$/.test(contract.name)) continue;
      const header = headerOf(contract.name);
      expect(header.split(" | ").length).toBeGreaterThanOrEqual(3);
      expect(header).not.toContain("PEM");
    }
  });

  test("are those that were asked for", () => {
    const body = { data: [{ id: "mc-1", tags: { a: "b" }, sans: ["x", "y"] }], total: 1 };
    const text = renderAnswer(named("certificates.list"), body, plain, ["id", "sans", "tags"]);
    expect(text).toBe("ID    SANS  TAGS\nmc-1  x, y  a=b\n");
  });
});

describe("one thing", () => {
  test("reads as key and value, aligned; rows within it as a table", () => {
    const body = {
      id: "job-1",
      last_error: null,
      result: {},
      steps: [{ name: "sign", outcome: "ok", detail: "a\u001bb" }],
    };
    expect(renderAnswer(named("jobs.get"), body, plain, undefined)).toBe(
      [
        "id:         job-1",
        "last_error: -",
        "result:     -",
        "steps:",
        "  NAME  OUTCOME  DETAIL",
        "  sign  ok       a\ufffdb",
        "",
      ].join("\n"),
    );
  });

  test("shows PEM as it is, so that it can be copied", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const text = renderAnswer(named("certificates.export"), { cert_pem: pem }, plain, undefined);
    expect(text).toBe(`cert_pem:\n${pem}`);
  });

  test("that is nothing is done", () => {
    expect(renderAnswer(named("certificates.archive"), null, plain, undefined)).toBe("done\n");
  });
});

test.each([
  { value: null, expected: "-" },
  { value: [], expected: "-" },
  { value: ["a", 1], expected: "a, 1" },
  { value: { a: "b", c: "d" }, expected: "a=b, c=d" },
  { value: { a: { b: 1 } }, expected: '{"a":{"b":1}}' },
  { value: [{ role: "viewer" }], expected: '[{"role":"viewer"}]' },
  { value: false, expected: "false" },
])("a cell of $value is $expected", ({ value, expected }) => {
  expect(textOf(value)).toBe(expected);
});

describe("what comes after a page", () => {
  const page = { data: [1], total: 3, page: 1, per_page: 1, next_cursor: null };
  test("is said with the cursor when there is one", () => {
    expect(restOf({ ...page, next_cursor: "abc" })).toBe("1 of 3; go on with --cursor abc");
    expect(restOf(page)).toBe("1 of 3");
  });
  test("is nothing when everything is shown, or when it is no list", () => {
    expect(restOf({ ...page, total: 1 })).toBeUndefined();
    expect(restOf({ id: "x" })).toBeUndefined();
  });
});
