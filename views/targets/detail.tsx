/** One target: what is served there, the agent's test of it, its configuration, and what can be done. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { AuditView } from "#features/audit/event.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import { targetActionsApi, targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import { TargetView as View } from "#features/targets/target.ts";
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import { AuditFeed } from "../audit-feed.tsx";
import { ConfigFacts } from "../config-facts.tsx";
import { Details } from "../detail.tsx";
import { EditLink } from "../edit-link.tsx";
import type { Field } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { JobTable } from "../jobs/table.tsx";
import { Live } from "../live.tsx";
import { Columns, Panel } from "../panel.tsx";
import type { Names } from "../reference.tsx";
import { Status } from "../status.tsx";
import { Time } from "../time.tsx";
import { InPlace } from "./in-place.tsx";
import { testWords, UseState } from "./list.tsx";
import { Plan } from "./review.tsx";
import { TargetSentence } from "./sentence.tsx";

export interface TargetProps {
  readonly frame: Frame;
  readonly target: TargetView;
  /** The title of its type. */
  readonly kind: string;
  /** Its configuration's fields; empty where the type is unknown here. */
  readonly fields: readonly Field[];
  readonly values: Texts;
  readonly plan: readonly string[] | undefined;
  /** What was put in place last, by certificate; undefined where the reader may not see certificates. */
  readonly inPlace:
    | { readonly data: readonly DeploymentView[]; readonly total: number }
    | undefined;
  readonly jobs: readonly JobView[];
  /** The last few; undefined where the reader may not see the audit trail. */
  readonly events: readonly z.output<typeof AuditView>[] | undefined;
  readonly names: Names;
}

export function TargetPage(props: TargetProps): Html {
  const { frame, target } = props;
  return (
    <Live frame={frame} running={target.testStatus === "testing"}>
      <Head
        title={target.name}
        status={<UseState of={target} />}
        help="target"
        lede={<TargetSentence target={target} inPlace={props.inPlace} now={frame.now} />}
      >
        {target.retiredAt === null ? (
          <EditLink of={targetsApi.update} frame={frame} href={`/targets/${target.id}/edit`} />
        ) : null}
      </Head>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </Live>
  );
}

function Main(props: TargetProps): Html {
  const { frame, target, inPlace, jobs, names, plan } = props;
  return (
    <>
      <Test {...props} />
      {inPlace ? <InPlace of={inPlace} at={target} names={names} now={frame.now} /> : null}
      {frame.may(workApi.list) ? (
        <Panel
          title="Jobs"
          sub={
            <a class="a" href={`/jobs?target_id=${encodeURIComponent(target.id)}`}>
              All jobs
            </a>
          }
        >
          <JobTable
            jobs={jobs}
            names={names}
            now={frame.now}
            caption="Recent jobs of this target"
            without="target"
            none="No job is on record: nothing was deployed or tested here yet."
          />
        </Panel>
      ) : null}
      {plan ? <Plan steps={plan} /> : null}
      {target.retiredAt === null && frame.may(targetsApi.remove) ? (
        <Panel title="Delete" danger>
          <div>
            <span>
              <b>Delete the target.</b>{" "}
              <span class="text-muted">
                It can be deleted only while nothing was deployed to it. Switched off, it gets
                nothing any more.
              </span>
            </span>
            <a class="btn btn-danger" href={`/targets/${target.id}/delete`} data-dialog>
              Delete…
            </a>
          </div>
        </Panel>
      ) : null}
    </>
  );
}

const testNotes: Readonly<Record<TargetView["testStatus"], string>> = {
  untested:
    "Nobody has tested it. The agent then looks, without changing anything, at files, configuration and test command.",
  testing: "The agent is asked to look; it answers as soon as it is in touch.",
  success: "The agent found everything that a deployment needs.",
  failed: "A deployment would fail as the test did. Correct what it names, then test again.",
};

function Test({ frame, target }: TargetProps): Html {
  const { testStatus, testMessage } = target;
  return (
    <Panel
      title="Test by the agent"
      id="test"
      sub={
        target.retiredAt === null ? (
          <OperationForm
            of={targetActionsApi.test}
            frame={frame}
            hidden={{ id: target.id }}
            submit="Test now"
            icon="eye"
            small
          />
        ) : null
      }
    >
      <div class="pb grid gap-1">
        <p class="flex flex-wrap items-center gap-2">
          <Status of={testStatus} label={testWords[testStatus]} />
          {target.lastTestedAt === null ? null : <Time at={target.lastTestedAt} now={frame.now} />}
        </p>
        <p>{testNotes[testStatus]}</p>
        {testMessage === null ? null : <Findings message={testMessage} />}
      </div>
    </Panel>
  );
}

/** The agent names one finding after the other. */
function Findings({ message }: { readonly message: string }): Html {
  return (
    <ul class="plain mt-1">
      {message.split("; ").map((it) => (
        <li class="mono" dir="auto">
          {it}
        </li>
      ))}
    </ul>
  );
}

function Aside({ frame, target, kind, fields, values, events }: TargetProps): Html {
  return (
    <>
      <Panel title="Configuration" sub={kind}>
        {fields.length > 0 ? (
          <ConfigFacts fields={fields} texts={values} />
        ) : (
          <Details
            of={View.pick({ config: true })}
            value={{ config: target.config }}
            now={frame.now}
          />
        )}
      </Panel>
      <Panel title="Facts">
        <dl class="facts">
          <dt>Agent</dt>
          <dd dir="auto">
            <a class="a" href={`/agents/${target.agentId}`}>
              {target.agentName}
            </a>
          </dd>
          <dt>Source</dt>
          <dd>{target.source}</dd>
          <dt>Added</dt>
          <dd>
            <Time at={target.createdAt} now={frame.now} />
          </dd>
          <dt>Changed</dt>
          <dd>
            <Time at={target.updatedAt} now={frame.now} />
          </dd>
          <dt>Id</dt>
          <dd class="mono">{target.id}</dd>
        </dl>
      </Panel>
      {events ? (
        <Panel
          title="History"
          sub={
            <a class="a" href={`/audit?resource_id=${encodeURIComponent(target.id)}`}>
              All
            </a>
          }
        >
          <AuditFeed events={events} />
        </Panel>
      ) : null}
    </>
  );
}
