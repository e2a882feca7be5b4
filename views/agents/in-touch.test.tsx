/** @jsxImportSource hono/jsx */
import { describe, expect, test } from "bun:test";
import { hours, instant, later, minutes } from "#base/time.ts";
import { toDocument } from "../html.ts";
import { Heartbeats } from "./heartbeats.tsx";
import { InTouch } from "./list.tsx";

const now = instant(Date.UTC(2026, 10, 23, 12, 30));
const textOf = (html: string) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

describe("what a fleet says of its silent agents", () => {
  const since = later(now, -hours(3));
  test.each([
    [{ total: 3, inTouch: 3, silentSince: undefined }, "Each was heard of within"],
    [
      { total: 3, inTouch: 2, silentSince: since },
      "1 has been silent since 23 Nov 2026, 09:30 UTC, 3 hours ago: what is for it waits.",
    ],
    [{ total: 3, inTouch: 2, silentSince: null }, "1 was never heard of: what is for it waits."],
    [
      { total: 9, inTouch: 2, silentSince: since },
      "7 are silent, the longest since 23 Nov 2026, 09:30 UTC, 3 hours ago: what is for them waits.",
    ],
  ])("%j: %p", async (of, words) => {
    const html = textOf(await toDocument(<InTouch of={of} now={now} />));
    expect(html).toContain(words);
    expect(html).not.toContain("not heard of for three minutes");
  });
});

test("the day of an agent begins when it joined, where that is later", async () => {
  const hour = (at: number) => later(instant(Date.UTC(2026, 10, 23)), hours(at));
  const data = Array.from({ length: 13 }, (_, at) => ({
    hour: hour(at),
    slots: at < 11 ? null : Array.from({ length: 12 }, () => 1),
    heard: at < 11 ? null : 12,
  }));
  const of = { data, total: 24, slotSeconds: 300 };
  const shown = async (joined: number) =>
    textOf(
      await toDocument(<Heartbeats of={of} joined={later(hour(0), minutes(joined))} now={now} />),
    );
  const young = await shown(11 * 60 + 17);
  expect(young).toContain("Since it joined");
  expect(young).toContain("11:17 UTC");
  expect(young).not.toContain("2026-11-23 10:00");
  expect(young).toContain("2026-11-23 11:00");
  const old = await shown(-600);
  expect(old).toContain("Last 24 hours");
  expect(old).toContain("2026-11-23 00:00");
});
