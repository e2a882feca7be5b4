/** The steps of a new target, and the address of each with what was typed so far. */
import type { FieldError } from "#base/problem.ts";
import type { TargetKind } from "#connectors/targets/target.ts";
import type { Choices, Frame, Texts } from "../frame.ts";

export interface NewTargetProps {
  readonly frame: Frame;
  readonly kinds: readonly TargetKind[];
  /** Undefined while none is chosen; `json` for the free form. */
  readonly chosen: TargetKind | "json" | undefined;
  readonly step: number;
  /** What was typed so far, by wire name. */
  readonly texts: Texts;
  /** What is wrong with it, once it was to be reviewed. */
  readonly errors: readonly FieldError[];
  readonly choices: Choices;
  /** What the agent will do; undefined while the configuration is none. */
  readonly plan: readonly string[] | undefined;
}

export const path = "/targets/new";

/** Where the new target is wanted: an address with `{id}` in its place. It travels beside what is typed. */
export const wantedAt = (texts: Texts): string | undefined => texts["next"]?.at(-1);
export const steps = ["Type", "Configure", "Review and test"] as const;

/** The same draft elsewhere; only the last step has to be named. */
export function addressOf(texts: Texts, change: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams();
  for (const [name, all] of Object.entries(texts)) {
    if (!(name in change)) for (const text of all) if (text !== "") query.append(name, text);
  }
  for (const [name, value] of Object.entries(change)) if (value !== null) query.set(name, value);
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
