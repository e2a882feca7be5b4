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
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import type { Listed } from "../listed.ts";
import { Live } from "../live.tsx";
import { Columns, Panel } from "../panel.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { relative, shortly, Time, took } from "../time.tsx";
import { adviceFor } from "./advice.ts";
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
  const { frame, job } = props;
  return (
    <Live frame={frame} running={props.running}>
      <Head
        title={titleOf(job)}
        status={<Status of={job.status} />}
        help="job"
        lede={<Sentence of={job} now={frame.now} />}
      >
        <Actions {...props} />
      </Head>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </Live>
  );
}

function Main(props: JobProps): Html {
  const { frame, job } = props;
  return (
    <>
      {job.lastError === null || job.status === "Cancelled" ? null : <Failure of={job} />}
      {job.evidence ? <Evidence of={job.evidence} /> : null}
      {job.items ? <ItemsOf {...props} /> : <Steps {...props} />}
      {job.decisions.length > 0 ? (
        <Panel title="Decisions">
          <Table caption="Decisions" rows={job.decisions} columns={decisionColumns(frame.now)} />
        </Panel>
      ) : null}
    </>
  );
}

/** What went wrong in the words of who reported it, and what to try. */
function Failure({ of }: { readonly of: JobDetail }): Html {
  const isOver = of.status === "Failed";
  return (
    <div class={isOver ? "note bad" : "note warn"}>
      <Icon name={isOver ? "circle-x" : "triangle-alert"} />
      <h2>{isOver ? "It failed" : "The last attempt failed"}</h2>
      <p dir="auto">{of.lastError}</p>
      <h3 class="mt-2">What you can do</h3>
      <ul class="list-disc ps-4">
        {adviceFor(of).map((it) => (
          <li>{it}</li>
        ))}
      </ul>
    </div>
  );
}

function Aside({ frame, job, names }: JobProps): Html {
  return (
    <>
      <Panel title="Job">
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
      </Panel>
      <Change of={job} />
    </>
  );
}

const stepIcons: Readonly<Record<string, readonly [style: string | undefined, icon: IconName]>> = {
  done: [undefined, "check"],
  success: [undefined, "check"],
  failure: ["fail", "x"],
  failed: ["fail", "x"],
  waiting: ["now", "clock"],
};

function Steps({ frame, job, running }: JobProps): Html {
  const attempts = new Set(job.steps.map((it) => it.attempt)).size;
  return (
    <Panel
      title="Steps"
      mark={running ? <span class="dot" /> : null}
      sub={attempts > 1 ? `${attempts} attempts` : null}
    >
      {job.steps.length === 0 ? (
        <p class="pb text-muted">No step has been reported yet.</p>
      ) : (
        <ol class="vtl pb">
          {job.steps.map((it) => (
            <StepItem of={it} many={attempts > 1} now={frame.now} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function StepItem({
  of,
  many,
  now,
}: {
  readonly of: Step;
  readonly many: boolean;
  readonly now: Instant;
}): Html {
  const [style, icon] = stepIcons[of.outcome] ?? [undefined, "check"];
  const isText = (of.detail ?? "").includes("\n");
  return (
    <li class={style}>
      <Icon name={icon} />
      <div>
        <b>{many ? `${of.name}, attempt ${of.attempt}` : of.name}</b>
        {of.detail === null || isText ? null : (
          <p class="sub" dir="auto">
            {of.detail}
          </p>
        )}
        {isText ? (
          <pre class="log" tabindex={0}>
            {of.detail}
          </pre>
        ) : null}
      </div>
      <time
        class="sub"
        datetime={new Date(of.startedAt).toISOString()}
        title={`${shortly(of.startedAt)}, ${relative(of.startedAt, now)}`}
      >
        {took(of.startedAt, of.endedAt)}
      </time>
    </li>
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
      return <>{of.attempts === 1 ? "It was tried once." : `It was tried ${of.attempts} times.`}</>;
    case "Cancelled":
      return <>It was cancelled.</>;
  }
}

function Evidence({ of }: { readonly of: Readonly<Record<string, unknown>> }): Html {
  return (
    <div class="note warn">
      <Icon name="stamp" />
      <h2>What is asked for</h2>
      <div>
        <Pairs of={of} />
      </div>
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
    <Panel title="What is changed" padded>
      <Pairs of={Object.fromEntries(said)} />
    </Panel>
  );
}

function Actions({ frame, job, canCancel, canPause, canRetry }: JobProps): Html {
  const hidden = { id: job.id };
  const waits = job.status === "AwaitingApproval";
  return (
    <>
      {waits ? (
        <OperationForm
          of={workApi.approve}
          frame={frame}
          hidden={hidden}
          submit="Approve"
          only={[]}
          icon="stamp"
          primary
        />
      ) : null}
      {waits ? (
        <OperationForm
          of={workApi.reject}
          frame={frame}
          hidden={hidden}
          submit="Reject"
          only={[]}
          danger
        />
      ) : null}
      {canRetry ? (
        <OperationForm
          of={workApi.retry}
          frame={frame}
          hidden={hidden}
          submit="Try again now"
          icon="refresh-cw"
          primary
        />
      ) : null}
      {canPause ? (
        <OperationForm
          of={workApi.pause}
          frame={frame}
          hidden={hidden}
          submit="Pause"
          icon="circle-pause"
        />
      ) : null}
      {job.status === "Paused" ? (
        <OperationForm
          of={workApi.resume}
          frame={frame}
          hidden={hidden}
          submit="Go on"
          icon="circle-play"
          primary
        />
      ) : null}
      {canCancel ? (
        <OperationForm of={workApi.cancel} frame={frame} hidden={hidden} submit="Cancel" danger />
      ) : null}
    </>
  );
}

const decisionColumns = (now: Instant): readonly Column<Decision>[] => [
  { title: "Decision", cell: (it) => <Status of={it.decision} /> },
  { title: "By", cell: (it) => it.decidedBy },
  { title: "Note", cell: (it) => it.note ?? "–" },
  { title: "When", cell: (it) => <Time at={it.createdAt} now={now} /> },
];
