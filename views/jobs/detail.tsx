/** One job: what it is about, every step with its time, what went wrong in words, and what can be done. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { Instant } from "#base/time.ts";
import type { AgentView } from "#features/agents/agent.ts";
import type { ItemView } from "#features/bulk/answer.ts";
import type { DecisionView, JobDetail } from "#features/work/job-view.ts";
import type { Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import type { Listed } from "../listed.ts";
import { Live } from "../live.tsx";
import { Columns, Panel } from "../panel.tsx";
import type { Names } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";
import { Actions } from "./actions.tsx";
import { Change, Facts } from "./facts.tsx";
import { Items } from "./items.tsx";
import { Evidence, Failure } from "./notes.tsx";
import { Sentence } from "./sentence.tsx";
import { Steps } from "./steps.tsx";
import { standingOf, titleOf } from "./words.ts";

type Decision = z.output<typeof DecisionView>;

export interface JobProps {
  readonly frame: Frame;
  readonly job: JobDetail;
  readonly names: Names;
  /** Whose work it is, where the reader may see it. */
  readonly agent: AgentView | undefined;
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
  const { frame, job, names, agent } = props;
  return (
    <Live frame={frame} running={props.running}>
      <Head
        title={titleOf(job, names)}
        status={<Status {...standingOf(job)} />}
        help="job"
        lede={<Sentence of={job} agent={agent} now={frame.now} />}
      >
        <Actions {...props} />
      </Head>
      <Columns
        main={<Main {...props} />}
        aside={
          <>
            <Facts {...props} />
            <Change of={job} />
          </>
        }
      />
    </Live>
  );
}

function Main(props: JobProps): Html {
  const { frame, job } = props;
  return (
    <>
      {job.lastError === null || job.status === "Cancelled" ? null : <Failure of={job} />}
      {job.evidence ? (
        <Evidence of={job.evidence} names={props.names} operation={job.operation} />
      ) : null}
      {job.items ? (
        <ItemsOf {...props} />
      ) : (
        <Steps job={job} now={frame.now} running={props.running} />
      )}
      {job.decisions.length > 0 ? (
        <Panel title="Decisions">
          <Table caption="Decisions" rows={job.decisions} columns={decisionColumns(frame.now)} />
        </Panel>
      ) : null}
    </>
  );
}

function ItemsOf({ frame, job, list, query, names }: JobProps): Html | null {
  if (!job.items || !list) return null;
  const path = `/jobs/${job.id}`;
  return <Items {...{ frame, path, list, query, names }} counts={job.items} />;
}

const decisionColumns = (now: Instant): readonly Column<Decision>[] => [
  { title: "Decision", cell: (it) => <Status of={it.decision} /> },
  { title: "By", cell: (it) => it.decidedBy },
  { title: "Note", cell: (it) => it.note ?? "–" },
  { title: "When", cell: (it) => <Time at={it.createdAt} now={now} /> },
];
