/** What a commit half returns when what it wrote stays and the caller is refused: a failed sign-in is counted. */
import type { Problem } from "#base/problem.ts";

/** Thrown it would take the transaction with it. Leaves an audit row with the outcome `failure`. */
export class Refused {
  readonly problem: Problem;
  constructor(problem: Problem) {
    this.problem = problem;
  }
}
