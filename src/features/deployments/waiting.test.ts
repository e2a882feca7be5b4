import { expect, test } from "bun:test";
import { instant, later, seconds } from "#base/time.ts";
import { testClock } from "#test/world.ts";
import type { Later } from "../later.ts";
import { WaitingRoom } from "./waiting.ts";

/** A room whose database is this test: what there is for whom, and how often it was asked. */
function openRoom() {
  const clock = testClock();
  const work = new Map<number, string>();
  const looks: number[] = [];
  const sweeps: (readonly number[])[] = [];
  let wake: (member: string | undefined) => void = () => undefined;
  let slow: Promise<void> | undefined;
  let failure: Error | undefined;
  const room = new WaitingRoom<string>({
    clock,
    nothing: "nothing",
    database: {
      onWakes: (_, listener) => {
        wake = listener;
        return () => undefined;
      },
    },
    async take(pk) {
      looks.push(pk);
      const found = work.get(pk);
      work.delete(pk);
      await slow;
      if (failure) throw failure;
      return found;
    },
    async withWork(pks) {
      sweeps.push(pks);
      if (failure) throw failure;
      return pks.filter((pk) => work.has(pk));
    },
  });
  const inHalfAMinute = () => later(clock.now(), seconds(30));
  return {
    room,
    clock,
    work,
    looks,
    sweeps,
    call: (member: string | undefined) => wake(member),
    slowDown: (until: Promise<void> | undefined) => {
      slow = until;
    },
    fail: (error: Error | undefined) => {
      failure = error;
    },
    wait: (pk: number, signal = new AbortController().signal, until = inHalfAMinute()) =>
      outcomeOf(room.wait(pk, until, signal)),
  };
}

const outcomeOf = (it: Later<string>): Promise<unknown> =>
  new Promise((resolve) =>
    it.onEnd((ended) => resolve("error" in ended ? ended.error : ended.output)),
  );

/** Longer than the test's clock sleeps. */
const turns = () => Bun.sleep(60);

test("what is there already is taken at once", async () => {
  const { wait, work, room } = openRoom();
  work.set(1, "deploy");
  expect(await wait(1)).toBe("deploy");
  expect(room.size).toBe(0);
});

test("a wake for an agent wakes it alone, and every poll of it", async () => {
  const { wait, work, call, looks, room } = openRoom();
  const [first, second, other] = [wait(1), wait(1), wait(2)];
  await turns();
  work.set(1, "deploy");
  looks.length = 0;
  call("1");
  expect(await Promise.race([first, second])).toBe("deploy");
  await turns();
  expect(looks).toEqual([1, 1]);
  expect(room.size).toBe(2);
  work.set(1, "again").set(2, "other");
  call("1");
  call("2");
  expect(await other).toBe("other");
  expect(await second).toBe("again");
  expect(room.size).toBe(0);
});

test("a wake while it looks is not lost", async () => {
  const { wait, work, call, slowDown } = openRoom();
  const { promise, resolve } = Promise.withResolvers<void>();
  slowDown(promise);
  const waiting = wait(1);
  work.set(1, "came during the look");
  call("1");
  resolve();
  expect(await waiting).toBe("came during the look");
});

test("work whose wake was lost is found within ten seconds, by one statement for all", async () => {
  const { wait, work, clock, looks, sweeps } = openRoom();
  const all = Array.from({ length: 700 }, (_, i) => wait(i));
  await turns();
  expect(looks).toHaveLength(700);
  looks.length = 0;
  work.set(5, "deploy");
  clock.move(seconds(9));
  await turns();
  expect(sweeps).toEqual([]);
  clock.move(seconds(1));
  expect(await all[5]).toBe("deploy");
  expect(sweeps.map((it) => it.length)).toEqual([500, 200]);
  expect(looks).toEqual([5]);
});

test("after a time of deafness everybody is looked after, without waiting for their turn", async () => {
  const { wait, work, call, looks } = openRoom();
  const waiting = [wait(1), wait(2)];
  await turns();
  looks.length = 0;
  work.set(2, "deploy");
  call(undefined);
  expect(await waiting[1]).toBe("deploy");
  expect(looks).toEqual([2]);
});

test("who waited in vain gets nothing when its time is over, and the next one is watched again", async () => {
  const { wait, clock, room } = openRoom();
  for (let i = 0; i < 2; i++) {
    const waiting = wait(1);
    await turns();
    expect(room.size).toBe(1);
    clock.move(seconds(30));
    expect(await waiting).toBe("nothing");
    expect(room.size).toBe(0);
    await turns();
  }
});

test("a client that is gone is forgotten at once, before, during and after the look", async () => {
  const { wait, room, work, looks, slowDown } = openRoom();
  expect(await wait(1, AbortSignal.abort())).toBe("nothing");
  expect(looks).toEqual([]);
  const gone = new AbortController();
  const resting = wait(1, gone.signal);
  await turns();
  const { promise, resolve } = Promise.withResolvers<void>();
  slowDown(promise);
  const looking = wait(2, gone.signal);
  expect(room.size).toBe(2);
  gone.abort();
  expect(room.size).toBe(0);
  expect(await Promise.all([resting, looking])).toEqual(["nothing", "nothing"]);
  resolve();
  work.set(3, "for another");
  expect(await wait(3)).toBe("for another");
});

test("closing sends everybody home; who looks just now keeps what it took; who comes later does not wait", async () => {
  const { wait, room, work, slowDown } = openRoom();
  const resting = wait(1);
  await turns();
  const { promise, resolve } = Promise.withResolvers<void>();
  slowDown(promise);
  work.set(2, "taken");
  const looking = wait(2);
  room.close();
  expect(await resting).toBe("nothing");
  resolve();
  expect(await looking).toBe("taken");
  expect(await wait(3)).toBe("nothing");
  expect(room.size).toBe(0);
});

test("a failure is told to whom it concerns, and nobody stays behind", async () => {
  const { wait, room, fail, clock, sweeps } = openRoom();
  const waiting = wait(1);
  await turns();
  const failure = new Error("the database is away");
  fail(failure);
  expect(await wait(2)).toBe(failure);
  expect(room.size).toBe(1);
  clock.move(seconds(10));
  expect(await waiting).toBe(failure);
  expect(sweeps).toEqual([[1]]);
  fail(undefined);
  expect(await wait(3, undefined, instant(0))).toBe("nothing");
  expect(room.size).toBe(0);
});
