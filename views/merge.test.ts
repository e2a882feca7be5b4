import { describe, expect, test } from "bun:test";
import { accessApi } from "#features/access/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { fieldsOf } from "./fields.ts";
import type { Texts } from "./frame.ts";
import { merge } from "./merge.ts";

const fields = fieldsOf(certificatesApi.update);
const run = (base: Texts, mine: Texts, theirs: Texts) => {
  const choices = { target_ids: [] };
  const { texts, conflicts, taken } = merge(fields, { base, mine, theirs }, choices);
  return { texts, conflicts: [...conflicts.keys()], taken: taken.map((it) => it.name) };
};

describe("merging a form with what has changed", () => {
  test("nothing changed: what was typed stands", () => {
    const base = { environment: ["a"], owner_id: ["o-1"] };
    expect(run(base, { ...base, environment: ["b"] }, base)).toEqual({
      texts: { environment: ["b"], owner_id: ["o-1"] },
      conflicts: [],
      taken: [],
    });
  });

  test("each changed something else: both stand", () => {
    const base = { environment: ["a"], owner_id: ["o-1"] };
    const it = run(base, { ...base, environment: ["b"] }, { ...base, owner_id: ["o-2"] });
    expect(it).toEqual({
      texts: { environment: ["b"], owner_id: ["o-2"] },
      conflicts: [],
      taken: ["owner_id"],
    });
  });

  test("both changed the same field: a conflict, unless they meant the same", () => {
    const base = { environment: ["a"] };
    expect(run(base, { environment: ["b"] }, { environment: ["c"] }).conflicts).toEqual([
      "environment",
    ]);
    expect(run(base, { environment: [" b"] }, { environment: ["b"] })).toEqual({
      texts: { environment: ["b"] },
      conflicts: [],
      taken: [],
    });
  });

  test("what was cleared is a change as any other, on either side", () => {
    const base = { owner_id: ["o-1"] };
    expect(run(base, { owner_id: [""] }, base).texts).toEqual({ owner_id: [""] });
    expect(run(base, { owner_id: ["o-1"] }, {})).toEqual({
      texts: {},
      conflicts: [],
      taken: ["owner_id"],
    });
    expect(run(base, { owner_id: [""] }, { owner_id: ["o-2"] }).conflicts).toEqual(["owner_id"]);
  });

  test("how a browser sends a text is no change: line ends, the empty value before ticks, their order", () => {
    const base = { tags: ["a=1\nb=2"], target_ids: ["t-1", "t-2"] };
    const sent = { tags: ["a=1\r\nb=2\r\n"], target_ids: ["", "t-2", "t-1"] };
    const theirs = { tags: ["a=1"], target_ids: ["t-3"] };
    const { conflicts, taken } = run(base, sent, theirs);
    expect([conflicts, taken.includes("tags")]).toEqual([[], true]);
  });

  test("a field that was not in the form is nobody's change", () => {
    const it = run({ environment: ["a"] }, {}, { environment: ["c"] });
    expect([it.texts, it.conflicts]).toEqual([{ environment: ["c"] }, []]);
  });

  test("rows are one whole", () => {
    const own = fieldsOf(accessApi.updateUser);
    const row = (role: string) => ({ "grants.0.role": [role], "grants.0.team_id": [""] });
    const empty = { "grants.1.role": [""], "grants.1.team_id": [""] };
    const mine = { ...row("admin"), ...empty };
    const clash = merge(own, { base: row("viewer"), mine, theirs: row("operator") });
    expect([...clash.conflicts.keys()]).toEqual(["grants"]);
    const untouched = merge(own, {
      base: row("viewer"),
      mine: { ...row("viewer"), ...empty },
      theirs: row("operator"),
    });
    expect(untouched.texts).toEqual(row("operator"));
    expect(untouched.taken.map((it) => it.name)).toEqual(["grants"]);
  });
});
