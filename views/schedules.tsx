/** What recurs: when it last ran, how that ended, when it runs again. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { formatDuration, seconds } from "#base/time.ts";
import { workApi } from "#features/work/api.ts";
import type { ScheduleView } from "#features/work/job-view.ts";
import { OperationForm } from "./form.tsx";
import type { Frame } from "./frame.ts";
import { Head } from "./head.tsx";
import { Help } from "./help-link.tsx";
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
    <Live frame={frame} running={schedules.some((it) => it.running || it.nextRunAt <= frame.now)}>
      <Head title="Schedules" lede={ledeOf(schedules)} status={<Help of="schedule" />} />
      <Table
        caption="What recurs"
        rows={schedules}
        columns={columnsOf(frame)}
        rowId={(it) => `schedule-${it.name}`}
      />
    </Live>
  );
}

function ledeOf(schedules: readonly Schedule[]): string {
  const failed = schedules.filter((it) => it.lastOutcome === "failure").length;
  const all = `${schedules.length} things recur by themselves`;
  if (failed === 0) return `${all}; none failed in its last run.`;
  return `${all}; ${failed} failed in ${failed === 1 ? "its" : "their"} last run.`;
}

const columnsOf = (frame: Frame): readonly Column<Schedule>[] => [
  { title: "What", cell: (it) => <What of={it} /> },
  { title: "Every", class: "h", cell: (it) => formatDuration(seconds(it.intervalSeconds)) },
  {
    title: "Last run",
    cell: (it) => <Time at={it.lastStartedAt} now={frame.now} none="never" />,
  },
  {
    title: "Took",
    class: "num h",
    cell: (it) =>
      it.lastDurationMs === null ? "–" : `${(it.lastDurationMs / 1_000).toFixed(2)} s`,
  },
  { title: "Result", class: "w", label: false, cell: (it) => <Result of={it} /> },
  { title: "Next run", cell: (it) => <Time at={it.nextRunAt} now={frame.now} /> },
  {
    title: "",
    class: "num",
    label: false,
    cell: (it) => (
      <OperationForm
        of={workApi.runSchedule}
        frame={frame}
        hidden={{ name: it.name }}
        submit="Run now"
        small
      />
    ),
  },
];

function What({ of }: { readonly of: Schedule }): Html {
  return (
    <>
      <b class="n">{of.name}</b>
      <span class="sub">{of.summary}</span>
    </>
  );
}

function Result({ of }: { readonly of: Schedule }): Html {
  if (of.running) return <Status of="Running" />;
  if (of.lastOutcome === null) return <>–</>;
  return (
    <>
      <Status of={of.lastOutcome} />
      <span class="sub" dir="auto">
        {of.lastMessage ?? ""}
      </span>
    </>
  );
}
