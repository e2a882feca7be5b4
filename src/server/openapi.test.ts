/** The description of the API: defaults are spelt as their own schemas spell them; what beside the contracts is there. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { contracts } from "#features/apis.ts";
import { openapi, schemaOf } from "./openapi.ts";

const document = JSON.parse(
  JSON.stringify(openapi(contracts, { version: "1", url: "https://certctl.test" })),
);

test("keys that an object declares are renamed in defaults, those of records stay", () => {
  const Grant = z.object({ teamId: z.string().nullable(), tags: z.record(z.string(), z.int()) });
  const schema = schemaOf(
    z.object({
      grants: z.array(Grant).default([{ teamId: null, tags: { keepMe: 1 } }]),
      either: z
        .union([z.string(), z.object({ minSize: z.int() })])
        .nullable()
        .default({ minSize: 1 }),
    }),
  );
  expect(schema["properties"]).toMatchObject({
    grants: { default: [{ team_id: null, tags: { keepMe: 1 } }] },
    either: { default: { min_size: 1 } },
  });
});

test.each([
  { path: "/api/v1/api-keys", field: "grants", value: [{ role: "viewer", team_id: null }] },
  { path: "/api/v1/profiles", field: "allowed_key_algorithms", value: undefined },
])("POST $path has a default of $field in snake_case", ({ path, field, value }) => {
  const { schema } = document.paths[path].post.requestBody.content["application/json"];
  const found = schema.properties[field].default;
  expect(Array.isArray(found)).toBe(true);
  expect(JSON.stringify(found)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
  if (value) expect(found).toEqual(value);
});

test.each([
  { path: "/api/v1/teams/{id}", method: "delete", takes: true },
  { path: "/api/v1/teams/{id}", method: "put", takes: true },
  { path: "/api/v1/users/{id}", method: "patch", takes: true },
  { path: "/api/v1/api-keys/{id}", method: "delete", takes: false },
  { path: "/api/v1/teams", method: "post", takes: false },
])("$method $path takes If-Match: $takes", ({ path, method, takes }) => {
  const names = document.paths[path][method].parameters.map((it: { name: string }) => it.name);
  expect(names.includes("If-Match")).toBe(takes);
});

test("the stream of events is described", () => {
  const { responses } = document.paths["/api/v1/events"].get;
  expect(Object.keys(responses["200"].content)).toEqual(["text/event-stream"]);
});
