/** Wake-up calls: within a process at once, between replicas through PostgreSQL, also after it was away. */
import { describe, expect, test } from "bun:test";
import type { Database } from "#db/database.ts";
import { eachEngine, opener } from "./engines.ts";
import { postgresServer } from "./postgres-server.ts";

/** Resolves at the next call of `topic`. */
const next = (database: Database, topic: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = database.onWake(topic, () => {
      stop();
      resolve();
    });
  });

eachEngine("a wake-up call", (open) => {
  test("reaches the listeners of its topic, once for many calls of a turn", async () => {
    const database = await open();
    const heard: string[] = [];
    database.onWake("jobs", () => heard.push("jobs"));
    database.onWake("jobs", () => {
      throw new Error("a broken listener");
    });
    const stop = database.onWake("events", () => heard.push("events"));
    database.onWake("events", () => heard.push("events too"));
    // Listening on PostgreSQL begins with a call to everybody.
    await Bun.sleep(database.engine === "postgres" ? 300 : 0);
    heard.length = 0;
    for (let i = 0; i < 5; i++) database.wake("jobs");
    database.wake("events");
    expect(heard).toEqual([]);
    await Bun.sleep(50);
    expect(heard).toEqual(["jobs", "events", "events too"]);
    stop();
    database.wake("events");
    await Bun.sleep(50);
    expect(heard.slice(3)).toEqual(["events too"]);
  });
});

eachEngine("wake-up calls of a family", (open) => {
  test("reach one listener with the member's name, and nobody after it has stopped", async () => {
    const database = await open();
    await Bun.sleep(database.engine === "postgres" ? 300 : 0);
    const heard: (string | undefined)[] = [];
    const stop = database.onWakes("agent", (member) => heard.push(member));
    for (const topic of ["agent:1", "agent:2", "agent:1", "agents", "agent"]) database.wake(topic);
    await Bun.sleep(50);
    expect(heard).toEqual(["1", "2"]);
    stop();
    database.wake("agent:3");
    await Bun.sleep(50);
    expect(heard).toHaveLength(2);
  });
});

/** Calls until it is heard: the listener may still be connecting. */
async function callUntil(heard: Promise<void>, call: () => void): Promise<void> {
  const calls = setInterval(call, 20);
  await heard;
  clearInterval(calls);
}

describe("between replicas", () => {
  const open = opener("postgres");

  test("a call reaches the others", async () => {
    const url = await open.url();
    const [here, there] = [await open.raw(url), await open.raw(url)];
    await callUntil(next(there, "jobs"), () => here.wake("jobs"));
    const again = next(there, "jobs");
    here.wake("jobs");
    await again;
  });

  test("everybody is called when the server comes back, for what was missed", async () => {
    const url = await open.url();
    const [here, there] = [await open.raw(url), await open.raw(url)];
    await callUntil(next(there, "jobs"), () => here.wake("jobs"));
    const missed = next(there, "events");
    const any = new Promise<string | undefined>((resolve) => there.onWakes("agent", resolve));
    await (await postgresServer()).restart();
    await missed;
    expect(await any).toBeUndefined();
    const again = next(there, "jobs");
    await callUntil(again, () => here.wake("jobs"));
  }, 30_000);
});
