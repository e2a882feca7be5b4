/** @jsxImportSource hono/jsx */
import { expect, test } from "bun:test";
import { instant } from "#base/time.ts";
import { mostItems } from "#features/bulk/answer.ts";
import { SelectedBar } from "./selected.tsx";

const frame = {
  now: instant(0),
  nonce: "",
  csrf: "",
  here: "/certificates",
  sent: undefined,
  may: () => true,
};

async function bar(total: number): Promise<string> {
  const query = new URLSearchParams("status=Active&chosen=all");
  const list = { data: [{}], total, totalIsExact: true, nextCursor: null, problem: undefined };
  return String(await (<SelectedBar {...{ frame, query, list }} />));
}

test("the bar offers work on what one job takes, and says the limit of what it does not", async () => {
  const enough = await bar(mostItems);
  expect(enough).toContain("Renew…");
  expect(enough).toContain("All 50,000 that match chosen");
  const more = await bar(mostItems + 1);
  expect(more).not.toContain("Renew…");
  expect(more).toContain("50,001 match");
  expect(more).toContain("One job takes at most 50,000.");
});
