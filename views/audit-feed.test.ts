import { describe, expect, test } from "bun:test";
import { pastWords } from "./audit-feed.tsx";

describe("what happened to a thing, on its own page", () => {
  test.each([
    ["teams.update", "Changed"],
    ["owners.create", "Added"],
    ["certificates.archive", "Archived"],
    ["certificates.restore", "Taken out of the archive"],
    ["certificates.renew", "Renewal started"],
    ["certificates.tag", "Tags changed"],
    ["targets.test", "Test asked for"],
    ["certificate_renewed", "Renewed"],
    ["something.of-an-earlier-version", "something.of-an-earlier-version"],
  ])("%s: %s", (action, said) => {
    expect(pastWords(action)).toBe(said);
  });
});
