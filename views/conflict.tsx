/** What somebody else changed while a form was open: said in words, and one choice for each field that both changed. */
/** @jsxImportSource hono/jsx */
import { toTitle } from "#base/case.ts";
import type { Instant } from "#base/time.ts";
import type { Field } from "./fields.ts";
import type { Choice, SentForm, Texts } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import type { Conflict, Merged } from "./merge.ts";
import { relative, shortly } from "./time.tsx";

export interface ChangedProps {
  readonly of: Merged;
  readonly sent: SentForm;
  readonly now: Instant;
}

/** Above the fields. Null: nothing that stands here has changed, and nothing was refused for it. */
export function Changed({ of, sent, now }: ChangedProps): Html | null {
  const { conflicts, taken } = of;
  const n = conflicts.size;
  if (n === 0 && taken.length === 0 && sent.problem?.status !== 412) return null;
  const by = sent.changed;
  return (
    <div class="note warn" role="status">
      <Icon name="triangle-alert" />
      <h2>
        {by ? (
          <>
            <span dir="auto">{by.name}</span>
            {" changed it "}
            <time datetime={new Date(by.at).toISOString()} title={shortly(by.at)}>
              {relative(by.at, now).replace(/^now$/, "just now")}
            </time>
          </>
        ) : (
          "It was changed while you had it open"
        )}
      </h2>
      {taken.length === 0 ? null : (
        <p>{`You had not touched ${listed(taken.map((it) => it.title))}: what stands there now is theirs.`}</p>
      )}
      {n === 0 ? (
        <p>Nothing of what you changed is in the way. Look at it, and save again.</p>
      ) : (
        <p>{`${n === 1 ? "One field was" : `${n} fields were`} changed by both of you: choose which value it shall have.`}</p>
      )}
    </div>
  );
}

const listed = (titles: readonly string[]): string =>
  titles.length < 2
    ? titles.join("")
    : `${titles.slice(0, -1).join(", ")} and ${titles.at(-1) ?? ""}`;

export interface ConflictProps {
  readonly field: Field;
  readonly of: Conflict;
  readonly choices: readonly Choice[] | undefined;
  readonly id: string;
}

/** Both values, and neither is chosen beforehand. What was typed travels hidden beside the choice. */
export function ConflictView({ field, of, choices, id }: ConflictProps): Html {
  const say = (part: Texts) => shownOf(field, part, choices);
  const name = `${choiceOf}${field.name}`;
  return (
    <fieldset class="set" id={id}>
      <legend>{field.title}</legend>
      <p class="sub">
        {"When you opened it: "}
        <Value of={say(of.base)} />
      </p>
      <label class="tick">
        <input type="radio" class="radio" name={name} value="theirs" required />
        <span>
          {"Keep theirs: "}
          <Value of={say(of.theirs)} />
        </span>
      </label>
      <label class="tick">
        <input type="radio" class="radio" name={name} value="mine" required />
        <span>
          {"Save mine: "}
          <Value of={say(of.mine)} />
        </span>
      </label>
      {Object.entries(of.mine).flatMap(([key, all]) =>
        all.map((it) => <input type="hidden" name={key} value={it} />),
      )}
    </fieldset>
  );
}

/** Before the name of a field: which of two values is meant. */
export const choiceOf = "_choice.";

function Value({ of }: { readonly of: readonly string[] }): Html {
  if (of.length === 0) return <b>nothing</b>;
  return (
    <>
      {of.map((it, at) => (
        <>
          {at > 0 ? ", " : ""}
          <b class="bidi">{it}</b>
        </>
      ))}
    </>
  );
}

function shownOf(
  field: Field,
  part: Texts,
  choices: readonly Choice[] | undefined,
): readonly string[] {
  if (field.control === "checkbox") return [part[field.name]?.at(-1) === "true" ? "yes" : "no"];
  if (field.control === "rows") return rowsOf(field, part);
  const labels = new Map((choices ?? []).map((it) => [it.value, it.label]));
  return (part[field.name] ?? [])
    .flatMap((it) => it.split("\n"))
    .map((it) => it.trim())
    .filter((it) => it !== "")
    .map((it) => labels.get(it) ?? it);
}

/** `Role operator, Team team-1`, a row each. */
function rowsOf(field: Field, part: Texts): readonly string[] {
  const rows = new Map<string, string[]>();
  for (const [name, all] of Object.entries(part)) {
    const [row = "", key = ""] = name.slice(field.name.length + 1).split(".");
    const text = all.at(-1) ?? "";
    if (text !== "") rows.set(row, [...(rows.get(row) ?? []), `${toTitle(key)} ${text}`]);
  }
  return [...rows.values()].map((it) => it.join(" "));
}
