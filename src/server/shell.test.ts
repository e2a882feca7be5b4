import { expect, test } from "bun:test";
import { Hono } from "hono";
import { type Fields, silent } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { systemClock } from "#base/time.ts";
import { serverMetrics } from "./metrics.ts";
import { type Env, shellOf } from "./shell.ts";

test("what was refused is in the log under the id that the answer names; what was done is in the audit trail", async () => {
  const said: { level: string; fields: Fields }[] = [];
  const say = (level: string) => (fields: Fields) => void said.push({ level, fields });
  const log = { ...silent, debug: say("debug"), info: say("info") };
  const routes = new Hono<Env>();
  routes.get("/fine", (c) => c.text("fine"));
  const world = { log, clock: systemClock, random: systemRandom, metrics: serverMetrics() };
  const parts = { world, trustedProxies: [], corsOrigins: [], limit: undefined };
  const shell = shellOf(parts, routes);
  const door = { name: "https", peer: "192.0.2.7", extend() {} } as const;
  const get = (path: string) => shell.fetch(new Request(`https://a.test${path}`), { door });
  const refused = await get("/nothing?token=secret");
  await get("/fine");
  expect(said.map(({ level, fields }) => [level, fields["path"], fields["status"]])).toEqual([
    ["info", "/nothing", 404],
    ["debug", "/fine", 200],
  ]);
  expect(said[0]?.fields["request_id"]).toBe(refused.headers.get("x-request-id"));
  expect(said[0]?.fields["address"]).toBe("192.0.2.7");
  expect(JSON.stringify(said)).not.toContain("secret");
});
