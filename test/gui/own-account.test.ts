import { expect, test } from "bun:test";
import { opener } from "#test/database/engines.ts";
import { elementsIn } from "./html.ts";
import { openSite } from "./site.ts";

const open = opener("sqlite");

test("the form of one's password has what password managers look for, and sends no more than before", async () => {
  const site = await openSite(await open());
  const visitor = site.visitor();
  await visitor.signIn("root");
  const { html, form } = await visitor.get("/me");
  const hints = elementsIn(html)
    .map(({ attributes }) => [attributes.get("autocomplete"), attributes.get("value")])
    .filter(([hint]) => hint === "username" || hint?.endsWith("password"));
  expect(hints).toEqual([
    ["username", "root"],
    ["current-password", undefined],
    ["new-password", undefined],
  ]);
  const password = "another battery staple";
  const changes = { current_password: "correct horse battery", new_password: password };
  expect((await visitor.send(form("auth.password"), changes)).status).toBe(303);
}, 60_000);
