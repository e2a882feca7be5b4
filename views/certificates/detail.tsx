/** One certificate: its state in a sentence, its life, where it is served, versions, jobs, history, and what can be done. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import { workApi } from "#features/work/api.ts";
import { AuditFeed } from "../audit-feed.tsx";
import { OperationForm } from "../form.tsx";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { JobTable } from "../jobs/table.tsx";
import { Live } from "../live.tsx";
import { Columns, Panel } from "../panel.tsx";
import { Status } from "../status.tsx";
import { Actions } from "./actions.tsx";
import { Identity, Rules } from "./facts.tsx";
import { Lifecycle } from "./lifecycle.tsx";
import { Deployments, Versions } from "./placements.tsx";
import type { CertificateProps } from "./props.ts";
import { Sentence } from "./sentence.tsx";
import { earlierAt, Served } from "./served.tsx";

export function CertificatePage(props: CertificateProps): Html {
  const { frame, certificate } = props;
  return (
    <Live frame={frame} running={props.running}>
      <Beginning {...props} />
      {certificate.failure === null ? null : (
        <div class="note bad mb-4" role="note">
          <Icon name="circle-x" />
          <h2>The last failure</h2>
          <p dir="auto">{certificate.failure}</p>
        </div>
      )}
      <div class="mb-4">
        <Lifecycle {...props} now={frame.now} />
      </div>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </Live>
  );
}

function Beginning(props: CertificateProps): Html {
  const { frame, certificate, served } = props;
  const earlier = earlierAt(served, certificate.targetIds);
  return (
    <Head
      title={certificate.name}
      status={<Status of={certificate.status} />}
      help="certificate"
      lede={<Sentence of={certificate} served={served} earlier={earlier} now={frame.now} />}
    >
      <Actions {...props} />
    </Head>
  );
}

function Main(props: CertificateProps): Html {
  const { frame, certificate, versions, deployments, served, jobs, names } = props;
  const { now } = frame;
  return (
    <>
      <Panel
        title="Targets"
        id="targets"
        sub={
          certificate.archivedAt === null && certificate.targetIds.length > 0 ? (
            <OperationForm
              of={deploymentsApi.validate}
              frame={frame}
              hidden={{ id: certificate.id }}
              submit="Look now"
              icon="eye"
              small
            />
          ) : null
        }
      >
        <Served served={served} targetIds={certificate.targetIds} now={now} />
      </Panel>
      <Panel title="Versions" sub={countOf(versions.length, "version")}>
        <Versions {...{ frame, versions, names }} isPlaced={certificate.targetIds.length > 0} />
      </Panel>
      <Panel title="Deployments" sub="Newest first">
        <Deployments deployments={deployments} versions={versions} now={now} />
      </Panel>
      {frame.may(workApi.list) ? (
        <Panel
          title="Jobs"
          sub={
            <a class="a" href={`/jobs?certificate_id=${certificate.id}`}>
              All jobs
            </a>
          }
        >
          <JobTable
            jobs={jobs}
            names={names}
            now={now}
            caption="Recent jobs"
            without="certificate"
            none="No job is on record: what a client hands in is signed at once, without one."
          />
        </Panel>
      ) : null}
      {certificate.archivedAt === null ? <Danger {...props} /> : null}
    </>
  );
}

const countOf = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

function Aside(props: CertificateProps): Html {
  const { certificate, events } = props;
  return (
    <>
      <Identity {...props} />
      <Rules {...props} />
      {events ? (
        <Panel
          title="History"
          sub={
            <a class="a" href={`/audit?resource_id=${certificate.id}`}>
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

/** What cannot be taken back by pressing the same button again stands apart, at the end. */
function Danger({ frame, certificate }: CertificateProps): Html | null {
  if (!frame.may(certificatesApi.archive) && !frame.may(certificatesApi.renew)) return null;
  return (
    <Panel title="Force or archive" danger>
      {frame.may(certificatesApi.renew) && certificate.revokedAt === null ? (
        <div>
          <span>
            <b>Renew by force.</b>{" "}
            <span class="text-muted">
              A renewal that is under way is given up and begun anew, with a new key.
            </span>
          </span>
          <a class="btn btn-danger" href={`/certificates/${certificate.id}/renew`} data-dialog>
            Renew by force…
          </a>
        </div>
      ) : null}
      {frame.may(certificatesApi.archive) ? (
        <div>
          <span>
            <b>Archive.</b>{" "}
            <span class="text-muted">
              It is no longer renewed or deployed. What is installed stays where it is until it
              expires, and it can be taken out of the archive again.
            </span>
          </span>
          <a class="btn btn-danger" href={`/certificates/${certificate.id}/archive`} data-dialog>
            Archive…
          </a>
        </div>
      ) : null}
    </Panel>
  );
}
