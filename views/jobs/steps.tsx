/** The steps of a job, each with its time. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { Instant } from "#base/time.ts";
import type { JobDetail, StepView } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { absolute, relative, shortly, took } from "../time.tsx";
import { stepWords } from "./words.ts";

type Step = z.output<typeof StepView>;

export interface StepsProps {
  readonly job: JobDetail;
  readonly now: Instant;
  readonly running: boolean;
}

const stepIcons: Readonly<Record<string, readonly [style: string | undefined, icon: IconName]>> = {
  done: [undefined, "check"],
  success: [undefined, "check"],
  failure: ["fail", "x"],
  failed: ["fail", "x"],
  waiting: ["now", "clock"],
};

export function Steps({ job, now, running }: StepsProps): Html {
  const attempts = new Set(job.steps.map((it) => it.attempt)).size;
  return (
    <Panel
      title="Steps"
      mark={running ? <span class="dot" /> : null}
      sub={attempts > 1 ? `${attempts} attempts` : null}
    >
      {job.steps.length === 0 ? (
        <p class="pb text-muted">
          {job.completedAt === null
            ? "No step has been reported yet."
            : "It ended without steps on record."}
        </p>
      ) : (
        <ol class="vtl pb">
          {job.steps.map((it) => (
            <StepItem of={it} many={attempts > 1} now={now} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** What took no time is told by when it was: `11:04:32 UTC`. */
const clockOf = (at: Instant): string => absolute(at).slice(11);

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
        <b>{many ? `${stepWords(of.name)}, attempt ${of.attempt}` : stepWords(of.name)}</b>
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
        {of.startedAt === of.endedAt ? clockOf(of.startedAt) : took(of.startedAt, of.endedAt)}
      </time>
    </li>
  );
}
