/** Why an agent is not sure that the server knows what it holds, and what that means for the work that it does not hold. */
import { CallFailure } from "#base/exchange.ts";

/** After "answer lost" the work never came here; after the others it may have been begun, and counts as an attempt. */
export type Doubt = "new process" | "answer lost" | "answer not understood";

/**
 * What a failed poll leaves. An answer that came and could not be read would come again: were it not counted, the same
 * work would be offered for ever.
 */
export const doubtAfter = (error: unknown): Doubt =>
  error instanceof CallFailure && error.reason !== "unintelligible"
    ? "answer lost"
    : "answer not understood";
