/** What every view of a page knows beside its data: the moment, the tokens, the form that was refused. */
import type { Contract } from "#base/contract.ts";
import type { FieldError } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import type { SavedView } from "#features/saved-views/api.ts";

/** The texts of a form by field name, as they were typed. */
export type Texts = Readonly<Record<string, readonly string[]>>;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Offer extends ReadonlyArray<Choice> {
  /** There is more than a list can show: these are only those chosen already, the others are found by name at this path. */
  readonly search?: string;
}

/** What may be chosen for a field, by the field's wire name; absent: it is typed. */
export type Choices = Readonly<Record<string, Offer | undefined>>;

/** A problem as people see it. */
export interface ShownProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A form that was sent and is shown again with what was typed. */
export interface SentForm {
  /** The operation's name. */
  readonly operation: string;
  readonly values: Texts;
  readonly problem: ShownProblem | undefined;
  /** Of a change: the texts of the form when it was made. */
  readonly base?: Texts | undefined;
  /** Who changed the thing meanwhile, as far as the reader may know. */
  readonly changed?: { readonly name: string; readonly at: Instant } | undefined;
  /** Instead of a problem: why the form is shown again. */
  readonly note?: string;
}

export interface Frame {
  readonly now: Instant;
  /** Of the response's Content-Security-Policy. */
  readonly nonce: string;
  /** Another text in every answer, of the same token: see `maskToken`. */
  readonly csrf: string;
  /** Path and query of this page: where a refused form is shown again. */
  readonly here: string;
  readonly sent: SentForm | undefined;
  /** What the reader has kept of the list that the page shows; absent on other pages. */
  readonly saved?: readonly SavedView[];
  /** May the reader call it? What they may not do is not offered. */
  may(contract: Contract): boolean;
}
