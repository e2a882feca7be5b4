/** A form as it arrived. */
import type { Contract } from "#base/contract.ts";
import type { Field } from "#views/fields.ts";
import type { Texts } from "#views/frame.ts";
import type { FormInput } from "./form-input.ts";

export interface Posted {
  readonly contract: Contract;
  readonly texts: Texts;
  /** `csrf`, `from`, `next`, `revision`, `carry`: what travels beside the operation's input, with `_` before its name. */
  readonly control: Readonly<Record<string, string | undefined>>;
  /** Of a change: what the form was made with. */
  readonly base: Texts | undefined;
  readonly fields: readonly Field[];
  readonly input: FormInput;
}
