/** One job: what it is about, every step with its time, what went wrong in words, and what can be done. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { toSnake } from "#base/case.ts";
import type { Instant } from "#base/time.ts";
import { contracts } from "#features/apis.ts";
import type { ItemView } from "#features/bulk/answer.ts";
import { workApi } from "#features/work/api.ts";

import { type DecisionView, JobDetail, type StepView } from "#features/work/job-view.ts";
import { Details, Pairs } from "../detail.tsx";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import type { Listed } from "../listed.ts";
import { Live } from "../live.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { Time, took } from "../time.tsx";
import { Items } from "./items.tsx";

type Step = z.output<typeof StepView>;
type Decision = z.output<typeof DecisionView>;

export interface JobProps {
  readonly frame: Frame;
  readonly job: JobDetail;
  readonly names: Names;
  /** It still has something to do. */
  readonly running: boolean;
  readonly canCancel: boolean;
  readonly canPause: boolean;
  readonly canRetry: boolean;
  /** Of bulk work: the page of its items. */
  readonly list: Listed<ItemView> | undefined;
  readonly query: URLSearchParams;
}

export function JobPage(props: JobProps): Html {
  const { frame, job, names } = props;
  return (
    <>
      <h1>{titleOf(job)}</h1>
      <Live frame={frame} running={props.running}>
        <p>
          <Status of={job.status} /> <Sentence of={job} now={frame.now} />
        </p>
        {job.lastError === null ? null : (
          <p class="note bad">
            <strong>{job.status === "Failed" ? "It failed: " : "The last attempt failed: "}</strong>
            {job.lastError}
          </p>
        )}
        {job.evidence ? <Evidence of={job.evidence} /> : null}
        <Change of={job} />
        <Actions {...props} />
        {job.items ? <ItemsOf {...props} /> : <Steps frame={frame} job={job} />}
        {job.decisions.length > 0 ? (
          <Table caption="Decisions" rows={job.decisions} columns={decisionColumns(frame.now)} />
        ) : null}
        <h2>Details</h2>
        <Details
          of={JobDetail}
          value={job}
          now={frame.now}
          omit={[
            ...(job.status === "Pending" ? [] : (["runAfter"] as const)),
            ...([
              "type",
              "status",
              "lastError",
              "steps",
              "decisions",
              "evidence",
              "operation",
              "change",
              "items",
            ] as const),
          ]}
          instead={{
            certificateId: <Ref kind="certificate" id={job.certificateId} names={names} />,
            targetId: <Ref kind="target" id={job.targetId} names={names} />,
            agentId: <Ref kind="agent" id={job.agentId} names={names} />,
            issuerId: <Ref kind="issuer" id={job.issuerId} names={names} />,
          }}
        />
      </Live>
    </>
  );
}

function Steps({ frame, job }: Pick<JobProps, "frame" | "job">): Html {
  return (
    <>
      <h2>Steps</h2>
      {job.steps.length === 0 ? (
        <p>No step has been reported yet.</p>
      ) : (
        <Table caption="Steps" rows={job.steps} columns={stepColumns(frame.now)} />
      )}
    </>
  );
}

function ItemsOf({ frame, job, list, query, names }: JobProps): Html | null {
  if (!job.items || !list) return null;
  const path = `/jobs/${job.id}`;
  return <Items {...{ frame, path, list, query, names }} counts={job.items} />;
}

const contractOf = (job: JobDetail) => contracts.find((it) => it.name === job.operation);

/** What was asked for where an operation runs as a job; else what kind of work it is. */
export const titleOf = (job: JobDetail): string => contractOf(job)?.summary ?? `${job.type} job`;

function Sentence({ of, now }: { readonly of: JobDetail; readonly now: Instant }): Html {
  switch (of.status) {
    case "Pending":
      return of.runAfter > now ? (
        <>
          {"The next attempt is due "}
          <Time at={of.runAfter} now={now} />
        </>
      ) : (
        <>It is due and waits for a worker or its agent.</>
      );
    case "AwaitingCSR":
      return <>The agent makes the key and hands in its certificate signing request.</>;
    case "AwaitingApproval":
      return <>Somebody else has to approve it.</>;
    case "Running":
      return <>{`Attempt ${of.attempts} of ${of.maxAttempts} is under way.`}</>;
    case "Paused":
      return <>It is paused; what has not been done waits.</>;
    case "Completed":
      return (
        <>
          {"It was completed "}
          <Time at={of.completedAt} now={now} />
        </>
      );
    case "Failed":
      return <>{`It was tried ${of.attempts} ${of.attempts === 1 ? "time" : "times"}.`}</>;
    case "Cancelled":
      return <>It was cancelled.</>;
  }
}

function Evidence({ of }: { readonly of: Readonly<Record<string, unknown>> }): Html {
  return (
    <div class="note warning">
      <p>What is asked for:</p>
      <Pairs of={of} />
    </div>
  );
}

/** Ids stay ids here: they are what was asked for, whoever has that name now. */
function Change({ of }: { readonly of: JobDetail }): Html | null {
  const contract = contractOf(of);
  const changes = Object.entries(of.change ?? {}).filter(([, value]) => value !== false);
  if (!contract || changes.length === 0) return null;
  const titles = new Map(fieldsOf(contract).map((it) => [it.name, it.title]));
  const said = changes.map(([key, value]) => [titles.get(toSnake(key)) ?? key, value]);
  return (
    <p>
      <Pairs of={Object.fromEntries(said)} />
    </p>
  );
}

function Actions({ frame, job, canCancel, canPause, canRetry }: JobProps): Html {
  const hidden = { id: job.id };
  const waits = job.status === "AwaitingApproval";
  return (
    <div class="acts mb-4">
      {waits ? (
        <OperationForm of={workApi.approve} frame={frame} hidden={hidden} submit="Approve" />
      ) : null}
      {waits ? (
        <OperationForm of={workApi.reject} frame={frame} hidden={hidden} submit="Reject" danger />
      ) : null}
      {canRetry ? (
        <OperationForm of={workApi.retry} frame={frame} hidden={hidden} submit="Try again now" />
      ) : null}
      {canPause ? (
        <OperationForm of={workApi.pause} frame={frame} hidden={hidden} submit="Pause" />
      ) : null}
      {job.status === "Paused" ? (
        <OperationForm of={workApi.resume} frame={frame} hidden={hidden} submit="Go on" />
      ) : null}
      {canCancel ? (
        <OperationForm of={workApi.cancel} frame={frame} hidden={hidden} submit="Cancel" danger />
      ) : null}
    </div>
  );
}

const stepColumns = (now: Instant): readonly Column<Step>[] => [
  { title: "Attempt", cell: (it) => String(it.attempt) },
  { title: "Step", cell: (it) => it.name },
  { title: "Outcome", cell: (it) => <Status of={it.outcome} /> },
  { title: "Detail", cell: (it) => it.detail ?? "–" },
  { title: "Began", cell: (it) => <Time at={it.startedAt} now={now} /> },
  { title: "Took", cell: (it) => took(it.startedAt, it.endedAt) },
];

const decisionColumns = (now: Instant): readonly Column<Decision>[] => [
  { title: "Decision", cell: (it) => <Status of={it.decision} /> },
  { title: "By", cell: (it) => it.decidedBy },
  { title: "Note", cell: (it) => it.note ?? "–" },
  { title: "When", cell: (it) => <Time at={it.createdAt} now={now} /> },
];
