/** What whoever runs a program can put right: a port in use, a key file that is gone. It is said in one sentence, without a stack. */
import { Problem } from "./problem.ts";

export class Mistake extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Mistake";
  }
}

/** What a program says when it ends because of `error`: a sentence for what is expected, the stack of a defect. */
export function lastWords(error: unknown): string {
  if (error instanceof Problem) return error.detail;
  if (error instanceof Mistake) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
