/** One target: its configuration, the agent's test of it, and the form that changes it. */
/** @jsxImportSource hono/jsx */
import { targetActionsApi, targetsApi } from "#features/targets/api.ts";
import { TargetView } from "#features/targets/target.ts";
import type { JobView } from "#features/work/job-view.ts";
import { Details } from "../detail.tsx";
import type { Nested } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import type { Html } from "../html.ts";
import { JobTable } from "../jobs/table.tsx";
import { Live } from "../live.tsx";
import type { Names } from "../reference.tsx";
import { Status } from "../status.tsx";
import { Time } from "../time.tsx";

export interface TargetProps {
  readonly frame: Frame;
  readonly target: TargetView;
  readonly jobs: readonly JobView[];
  readonly names: Names;
  readonly values: Texts;
  readonly choices: Choices;
  readonly nested: Nested;
}

export function TargetPage(props: TargetProps): Html {
  const { frame, target } = props;
  return (
    <>
      <h1>{target.name}</h1>
      <Live frame={frame} running={target.testStatus === "testing"}>
        <TestResult {...props} />
        <h2>Details</h2>
        <Details
          of={TargetView}
          value={target}
          now={frame.now}
          omit={["name", "agentName", "testStatus", "testMessage", "lastTestedAt", "revision"]}
          instead={{ agentId: <a href={`/agents/${target.agentId}`}>{target.agentName}</a> }}
        />
        <h2>Recent jobs</h2>
        <JobTable
          jobs={props.jobs}
          names={props.names}
          now={frame.now}
          caption="Recent jobs of this target"
        />
      </Live>
      {target.retiredAt === null ? <Change {...props} /> : null}
    </>
  );
}

function TestResult({ frame, target }: TargetProps): Html {
  return (
    <>
      <p>
        {"Test by the agent: "}
        <Status of={target.testStatus} />{" "}
        {target.lastTestedAt === null ? null : <Time at={target.lastTestedAt} now={frame.now} />}
      </p>
      {target.testMessage === null ? null : (
        <p class={target.testStatus === "failed" ? "note bad" : "hint"}>{target.testMessage}</p>
      )}
      {target.retiredAt === null ? (
        <div class="acts mb-4">
          <OperationForm
            of={targetActionsApi.test}
            frame={frame}
            hidden={{ id: target.id }}
            submit="Have the agent test it"
          />
        </div>
      ) : null}
    </>
  );
}

function Change({ frame, target, values, choices, nested }: TargetProps): Html | null {
  if (!frame.may(targetsApi.update)) return null;
  return (
    <>
      <details open={frame.sent?.operation === targetsApi.update.name || undefined}>
        <summary>Change…</summary>
        <OperationForm
          of={targetsApi.update}
          frame={frame}
          hidden={{ id: target.id, type: target.type }}
          revision={target.revision}
          values={values}
          choices={choices}
          nested={nested}
          submit="Save"
        />
      </details>
      <details>
        <summary>Delete…</summary>
        <p>Only a target that nothing uses can be deleted.</p>
        <OperationForm
          of={targetsApi.remove}
          frame={frame}
          hidden={{ id: target.id }}
          submit="Delete the target"
          danger
        />
      </details>
    </>
  );
}
