/** A mistake in the arguments: said in one sentence, exit status 2. */
import { Mistake } from "#base/mistake.ts";

export class UsageError extends Mistake {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}
