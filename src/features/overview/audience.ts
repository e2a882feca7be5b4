/** What a caller hears of: events of what may be read, of the caller's teams; of what is shared, whoever's it is. */
import { type EventSubject, type EventType, eventAudiences, eventTypes } from "#base/event.ts";
import { type Actor, inScope, scopeOf, type TeamScope } from "../context.ts";

export interface Audience {
  /** Without a permission there is nothing to hear, and no stream. */
  readonly scope: TeamScope;
  /** Heard of in every team. */
  readonly shared: readonly EventType[];
  /** Not heard of at all. */
  readonly silent: readonly EventType[];
}

/** Undefined: the caller may listen to nothing. */
export function audienceOf(actor: Actor): Audience | undefined {
  const scope = scopeOf(actor, "jobs:read");
  if (scope === undefined) return undefined;
  // Every type of the table begins with a kind of the other table: its key type says so.
  const types = Object.keys(eventTypes) as EventType[];
  const rule = (type: EventType) => eventAudiences[subjectOf(type)];
  const silent = types.filter((it) => scopeOf(actor, rule(it).permission) === undefined);
  const shared = types.filter((it) => rule(it).shared && !silent.includes(it));
  return { scope, shared, silent };
}

export function hears(
  { scope, shared, silent }: Audience,
  it: { readonly type: string; readonly teamPk: number | null },
): boolean {
  const isOf = (types: readonly string[]) => types.includes(it.type);
  return !isOf(silent) && (isOf(shared) || inScope(scope, it.teamPk));
}

const subjectOf = (type: EventType): EventSubject =>
  type.slice(0, type.indexOf(".")) as EventSubject;
