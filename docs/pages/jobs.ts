/** The jobs page: the life of a job, its kinds, and what recurs. */
import { formatDuration } from "#base/time.ts";
import type { Concurrency, JobKind } from "#jobs/job.ts";
import { type JobState, jobMachine, transitions } from "#jobs/state.ts";
import { code, fenced, page, plain, table } from "./markdown.ts";
import { productForReading } from "./product.ts";

export function jobsPage(): string {
  const { kinds, recurring } = productForReading();
  const schedules = recurring.map((it) => [
    code(it.name),
    plain(it.summary),
    formatDuration(it.interval),
    code(it.setting),
  ]);
  return page(
    "Jobs",
    "What goes on after an answer is a job: a row with a lease, written in the transaction of the change that caused it. A job that waits for its next attempt is Pending.",
    "## States",
    fenced("mermaid", jobMachine.diagram()),
    table(["State", "What may happen, and the state after it"], jobMachine.states.map(stateRow)),
    "## Kinds",
    table(
      ["Kind", "Type", "Runs in", "Attempts", "Time for one", "At once"],
      [...kinds.values()].map(kindRow),
    ),
    "## What recurs",
    "Rows of the same engine, claimed by any replica; `certctl schedules list` shows the last and the next run, `certctl schedules run NAME` runs one now.",
    table(["Name", "What it does", "Every", "Setting"], schedules),
  );
}

/** The diagram in words, for readers without pictures. */
function stateRow(state: JobState): readonly string[] {
  const ways = Object.entries(transitions[state]).map(([event, to]) => `${code(event)} → ${to}`);
  return [state, ways.length === 0 ? "nothing: it is over" : ways.join(", ")];
}

function kindRow(it: JobKind): readonly string[] {
  const { concurrency } = it;
  return [
    code(it.kind),
    it.type,
    it.executor === "agent" ? "the agent" : "the server",
    String(it.attempts),
    formatDuration(it.timeout),
    concurrency ? concurrencyText(concurrency) : "",
  ];
}

const concurrencyText = ({ per, limit }: Concurrency): string =>
  typeof limit === "number"
    ? `${limit} for one ${per}`
    : `as many as the connector of the ${per} says`;
