/** What recurs: when it last ran, how that ended, when it runs again. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { formatDuration, seconds } from "#base/time.ts";
import { workApi } from "#features/work/api.ts";
import type { ScheduleView } from "#features/work/job-view.ts";
import { OperationForm } from "./form.tsx";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { Live } from "./live.tsx";
import { Status } from "./status.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

type Schedule = z.output<typeof ScheduleView>;

export interface SchedulesProps {
  readonly frame: Frame;
  readonly schedules: readonly Schedule[];
}

export function SchedulesPage({ frame, schedules }: SchedulesProps): Html {
  return (
    <>
      <h1>Schedules</h1>
      <Live frame={frame} running={schedules.some((it) => it.running || it.nextRunAt <= frame.now)}>
        <Table caption="What recurs" rows={schedules} columns={columnsOf(frame)} />
      </Live>
    </>
  );
}

const columnsOf = (frame: Frame): readonly Column<Schedule>[] => [
  { title: "What", cell: (it) => <What of={it} /> },
  { title: "Every", cell: (it) => formatDuration(seconds(it.intervalSeconds)) },
  {
    title: "Last run",
    cell: (it) => <Time at={it.lastStartedAt} now={frame.now} none="never" />,
  },
  {
    title: "Took",
    cell: (it) =>
      it.lastDurationMs === null ? "–" : `${(it.lastDurationMs / 1_000).toFixed(2)} s`,
  },
  { title: "Result", cell: (it) => <Result of={it} /> },
  { title: "Next run", cell: (it) => <Time at={it.nextRunAt} now={frame.now} /> },
  {
    title: "Run",
    cell: (it) => (
      <OperationForm
        of={workApi.runSchedule}
        frame={frame}
        hidden={{ name: it.name }}
        submit="Run now"
      />
    ),
  },
];

function What({ of }: { readonly of: Schedule }): Html {
  return (
    <>
      <strong>{of.name}</strong>
      <p class="sub">{of.summary}</p>
    </>
  );
}

function Result({ of }: { readonly of: Schedule }): Html {
  if (of.running) return <Status of="Running" />;
  if (of.lastOutcome === null) return <>–</>;
  return (
    <>
      <Status of={of.lastOutcome} /> {of.lastMessage ?? ""}
    </>
  );
}
