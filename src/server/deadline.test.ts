import { expect, test } from "bun:test";
import { seconds } from "#base/time.ts";
import { testClock } from "#test/world.ts";
import { withDeadline } from "./deadline.ts";

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason.name)));

test("the signal aborts when the limit is over, not before", async () => {
  const clock = testClock();
  const ended = withDeadline(clock, new AbortController().signal, seconds(30), async (signal) => {
    await Bun.sleep(60);
    expect(signal.aborted).toBe(false);
    clock.move(seconds(30));
    return await aborted(signal);
  });
  expect(await ended).toBe("TimeoutError");
});

test("the signal aborts with the request, also when that is over already", async () => {
  const request = new AbortController();
  const ended = withDeadline(testClock(), request.signal, seconds(30), aborted);
  request.abort();
  expect(await ended).toBe("AbortError");
  await withDeadline(testClock(), request.signal, seconds(30), async (signal) => {
    expect(signal.aborted).toBe(true);
  });
});

test("whatever still waits when the work has failed or ended is let go", async () => {
  const left: AbortSignal[] = [];
  const work = withDeadline(testClock(), new AbortController().signal, seconds(30), async (it) => {
    left.push(it);
    throw new Error("failed");
  });
  await expect(work).rejects.toThrow("failed");
  expect(left[0]?.aborted).toBe(true);
});
