import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { instant, later, minutes, seconds } from "#base/time.ts";
import { ConnectorFailure } from "../../failure.ts";
import { poll } from "./poll.ts";
import type { Session } from "./session.ts";
import type { Reply } from "./wire.ts";

const start = instant(1_000_000);
const Document = z.object({ status: z.string() });

/** A server that answers one after the other, the last for ever, and a clock that only sleeping moves. */
function bench(replies: readonly { status: string; retryAfter?: number }[]) {
  const slept: number[] = [];
  let now = start;
  let asked = 0;
  const host = {
    clock: {
      now: () => now,
      async sleep(duration: number) {
        slept.push(duration);
        now = later(now, duration);
      },
    },
  };
  const session = {
    host,
    signal: new AbortController().signal,
    deadline: later(start, minutes(8)),
    async post(): Promise<Reply> {
      const reply = replies[Math.min(asked, replies.length - 1)];
      asked += 1;
      const text = JSON.stringify({ status: reply?.status });
      return {
        host: "ca.test",
        url: "https://ca.test/o",
        status: 200,
        ok: true,
        text,
        nonce: undefined,
        location: undefined,
        retryAfter: () => reply?.retryAfter,
        json: () => JSON.parse(text),
      };
    },
  };
  const run = (wait?: number) =>
    // Only these members are used.
    poll(session as unknown as Session, {
      stage: "finalize",
      url: "https://ca.test/o",
      schema: Document,
      what: "the order",
      isSettled: (it) => it.status !== "processing",
      wait,
    });
  return { run, slept, asked: () => asked };
}

const busy = { status: "processing" };

describe("asking again", () => {
  test("ends at once when it is settled", async () => {
    const { run, slept } = bench([{ status: "valid" }]);
    expect(await run()).toEqual({ status: "valid" });
    expect(slept).toEqual([]);
  });

  test("waits longer each time", async () => {
    const { run, slept } = bench([busy, busy, busy, { status: "valid" }]);
    await run();
    expect(slept).toEqual([100, 200, 400]);
  });

  test("obeys Retry-After, in the reply before as well", async () => {
    const { run, slept } = bench([{ ...busy, retryAfter: seconds(7) }, { status: "valid" }]);
    await run(seconds(3));
    expect(slept).toEqual([seconds(3), seconds(7)]);
  });

  test("does not take Retry-After: 0 for an invitation to hammer", async () => {
    const { run, slept } = bench([{ ...busy, retryAfter: 0 }, { status: "valid" }]);
    await run();
    expect(slept).toEqual([100]);
  });

  test("gives up at the deadline, and says so; the job comes back", async () => {
    const { run, slept, asked } = bench([busy]);
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectorFailure);
    expect(failure).toMatchObject({
      retryable: true,
      message: "finalize: ca.test is still busy with the order; it is asked again later",
    });
    expect(slept.reduce((sum, it) => sum + it, 0)).toBeLessThanOrEqual(minutes(8));
    expect(asked()).toBeLessThan(110);
  });

  test("does not sleep for a day: the job does, and its place is free meanwhile", async () => {
    const { run, slept } = bench([{ ...busy, retryAfter: minutes(60) }]);
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toMatchObject({ retryable: true, retryAfter: minutes(60) });
    expect(slept).toEqual([]);
  });
});
