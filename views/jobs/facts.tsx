/** Beside a job: what it is, whom it is about, when it was what; and what bulk work changes. */
/** @jsxImportSource hono/jsx */
import { toSnake } from "#base/case.ts";
import type { JobDetail } from "#features/work/job-view.ts";
import { Pairs } from "../detail.tsx";
import { fieldsOf } from "../fields.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { type NamedKind, type Names, Ref } from "../reference.tsx";
import { Copyable } from "../secret.tsx";
import { Time } from "../time.tsx";
import { contractOf, resultsOf } from "./words.ts";

export interface FactsProps {
  readonly frame: Frame;
  readonly job: JobDetail;
  readonly names: Names;
}

export function Facts({ frame, job, names }: FactsProps): Html {
  const { now } = frame;
  return (
    <Panel title="Job">
      <dl class="facts">
        <dt>Kind</dt>
        <dd>
          {job.type}
          <span class="sub mono block">{job.kind}</span>
        </dd>
        {about(job).map(([title, kind, id]) => (
          <>
            <dt>{title}</dt>
            <dd dir="auto">
              <Ref kind={kind} id={id} names={names} />
            </dd>
          </>
        ))}
        <dt>Asked for by</dt>
        <dd dir="auto">{job.requestedBy}</dd>
        {times(job).map(([title, at]) => (
          <>
            <dt>{title}</dt>
            <dd>
              <Time at={at} now={now} />
            </dd>
          </>
        ))}
        <dt>Attempts</dt>
        <dd>{job.attempts === 0 ? "None yet" : `${job.attempts} of at most ${job.maxAttempts}`}</dd>
        {resultsOf(job).map(([title, text]) => (
          <>
            <dt>{title}</dt>
            <dd class="mono break-all" dir="auto">
              {text}
            </dd>
          </>
        ))}
        <dt>Id</dt>
        <dd>
          <Copyable value={job.id} label="Id" />
        </dd>
      </dl>
    </Panel>
  );
}

function about(job: JobDetail): readonly (readonly [string, NamedKind, string])[] {
  const all = [
    ["Certificate", "certificate", job.certificateId],
    ["Target", "target", job.targetId],
    ["Agent", "agent", job.agentId],
    ["Issuer", "issuer", job.issuerId],
  ] as const;
  return all.flatMap(([title, kind, id]) => (id === null ? [] : [[title, kind, id] as const]));
}

/** Only what has been, or is to come. */
function times(job: JobDetail) {
  const isOver = job.completedAt !== null;
  const all = [
    ["Asked for", job.createdAt],
    ["Begun", job.startedAt],
    ["Ended", job.completedAt],
    ["Next attempt", job.status === "Pending" ? job.runAfter : null],
    ["Lapses", isOver ? null : job.deadline],
  ] as const;
  return all.flatMap(([title, at]) => (at === null ? [] : [[title, at] as const]));
}

/** Ids stay ids here: they are what was asked for, whoever has that name now. */
export function Change({ of }: { readonly of: JobDetail }): Html | null {
  const contract = contractOf(of);
  const changes = Object.entries(of.change ?? {}).filter(([, value]) => value !== false);
  if (!contract || changes.length === 0) return null;
  const titles = new Map(fieldsOf(contract).map((it) => [it.name, it.title]));
  const said = changes.map(([key, value]) => [titles.get(toSnake(key)) ?? key, value]);
  return (
    <Panel title="What is changed" padded>
      <Pairs of={Object.fromEntries(said)} />
    </Panel>
  );
}
