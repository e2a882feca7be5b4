import { expect, test } from "bun:test";
import { z } from "zod";
import { client } from "#base/client.ts";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { instant } from "#base/time.ts";
import { contracts } from "#features/apis.ts";
import { bind, type Feature, read, write } from "#features/handler.ts";
import { commandsOf, usageOf } from "#src/cli/command.ts";
import { opener } from "#test/database/engines.ts";
import { openProduct } from "#test/world.ts";
import { OperationForm } from "#views/form.tsx";
import { operationsPage } from "../../docs/pages/operations.ts";

/** A feature of a moment: nothing but this file knows it. */
const pebblesApi = {
  list: contract({
    name: "pebbles.list",
    summary: "List pebbles",
    method: "GET",
    path: "/api/v1/pebbles",
    permission: "certificates:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({ largerThan: z.int().optional().meta({ title: "Larger than" }) }),
    output: z.object({ data: z.array(z.object({ id: z.string(), sizeInMm: z.int() })) }),
    problems: [],
    cli: { noun: "pebbles", verb: "list" },
  }),
  throw: contract({
    name: "pebbles.throw",
    summary: "Throw a pebble",
    method: "POST",
    path: "/api/v1/pebbles/:id/throw",
    permission: "certificates:write",
    scope: "team",
    effect: "write",
    answer: "json",
    input: z.strictObject({ id: Id, howFar: z.int().min(1).meta({ title: "How far (m)" }) }),
    output: z.object({ id: z.string(), splashed: z.boolean() }),
    problems: ["not-found"],
    cli: { noun: "pebbles", verb: "throw", positional: "id" },
  }),
};
const pebbles: Feature = {
  name: "pebbles",
  operations: bind(pebblesApi, {
    list: read(pebblesApi.list, async (_, { largerThan }) => ({
      data: [{ id: "p-1", sizeInMm: (largerThan ?? 1) + 1 }],
    })),
    throw: write(pebblesApi.throw, {
      prepare: async () => true,
      commit: async (_, splashed, { id }) => ({ id, splashed }),
    }),
  }),
};
const all = Object.values(pebblesApi);

const open = opener("sqlite");

test("a contract is found in REST, OpenAPI, client, command line, permissions and audit without another edit", async () => {
  const product = await openProduct(await open(), { more: [pebbles] });
  const listed = await product.ok("GET", "/api/v1/pebbles?larger_than=4");
  expect(listed.data).toEqual([{ id: "p-1", size_in_mm: 5 }]);
  const document = await product.ok("GET", "/api/v1/openapi.json");
  expect(document.paths["/api/v1/pebbles/{id}/throw"].post).toMatchObject({
    operationId: "pebbles.throw",
  });
  expect(document.paths["/api/v1/pebbles"].get.parameters[0].name).toBe("larger_than");
  const api = client(pebblesApi, {
    base: new URL("https://certctl.test"),
    token: product.adminKey,
    fetch: async (url, init) =>
      product.app.fetch(new Request(url.toString(), init), {
        door: { name: "https", peer: null, extend() {} },
      }),
  });
  expect(await api.throw({ id: "p-1", howFar: 3 })).toEqual({ id: "p-1", splashed: true });
  expect(commandsOf(all).map(usageOf)).toEqual([
    "certctl pebbles list [FLAGS]",
    "certctl pebbles throw ID --how-far N",
  ]);
  const viewer = await product.key({ role: "viewer" });
  const denied = await product.request("POST", "/api/v1/pebbles/p-1/throw", {
    key: viewer,
    body: { how_far: 1 },
  });
  expect(denied.status).toBe(403);
  const trail = await product.ok("GET", "/api/v1/audit?action=pebbles.throw");
  expect(
    trail.data.map((it: { outcome: string; resource_id: string }) => [it.outcome, it.resource_id]),
  ).toEqual([
    ["denied", "p-1"],
    ["success", "p-1"],
  ]);
});

test("the same contract has a form and a reference page; who may not call it is not offered the form", () => {
  const frame = { now: instant(0), nonce: "", csrf: "token", here: "/", sent: undefined };
  const formFor = (may: boolean) =>
    OperationForm({
      of: pebblesApi.throw,
      hidden: { id: "p-1" },
      frame: { ...frame, may: () => may },
    });
  const html = String(formFor(true));
  expect(html).toContain('action="/ui/pebbles.throw"');
  expect(html).toMatch(
    /<input[^>]*type="number"[^>]*name="how_far"|name="how_far"[^>]*type="number"/,
  );
  expect(html).toContain("How far (m)");
  expect(html).toContain("Throw a pebble");
  expect(formFor(false)).toBeNull();
  const page = operationsPage(all);
  expect(page).toContain("POST /api/v1/pebbles/{id}/throw");
  expect(page).toContain("`how_far`");
});

test("what the product runs and what is derived from declarations alone are the same contracts", async () => {
  const product = await openProduct(await open());
  const running = product.product.operations.map((it) => it.contract.name).toSorted();
  expect(contracts.map((it) => it.name).toSorted()).toEqual(running);
});
