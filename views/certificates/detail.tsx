/** One certificate: its state in a sentence, versions, where it is deployed and what was seen there, jobs, and what can be done. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import {
  CertificateView,
  type CertificateWithTargets,
  type VersionView,
} from "#features/certificates/certificate.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { JobView } from "#features/work/job-view.ts";
import { Details } from "../detail.tsx";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import type { Html } from "../html.ts";
import { JobTable } from "../jobs/table.tsx";
import { Live } from "../live.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { Deployments, Versions } from "./placements.tsx";
import { Sentence } from "./sentence.tsx";
import { earlierAt, Served } from "./served.tsx";

export interface CertificateProps {
  readonly frame: Frame;
  readonly certificate: CertificateWithTargets;
  readonly versions: readonly VersionView[];
  readonly deployments: readonly DeploymentView[];
  /** What was put in place last, by target. */
  readonly served: readonly DeploymentView[];
  readonly jobs: readonly JobView[];
  readonly names: Names;
  /** Something is under way. */
  readonly running: boolean;
  /** What it is now, for the form that changes it. */
  readonly values: Texts;
  readonly choices: Choices;
}

export function CertificatePage(props: CertificateProps): Html {
  const { frame, certificate, versions, served, names } = props;
  const earlier = earlierAt(served, certificate.targetIds);
  return (
    <>
      <h1>{certificate.name}</h1>
      <Live frame={frame} running={props.running}>
        <p>
          <Status of={certificate.status} />{" "}
          <Sentence of={certificate} earlier={earlier} now={frame.now} />
        </p>
        {certificate.failure === null ? null : (
          <p class="note bad">
            <strong>The last failure: </strong>
            {certificate.failure}
          </p>
        )}
        <Actions {...props} />
        <h2>Served now</h2>
        <Served served={served} targetIds={certificate.targetIds} now={frame.now} />
        <h2>Deployments</h2>
        <Deployments deployments={props.deployments} versions={versions} now={frame.now} />
        <h2>Versions</h2>
        <Versions frame={frame} versions={versions} names={names} />
        <h2>Recent jobs</h2>
        <JobTable jobs={props.jobs} names={names} now={frame.now} caption="Recent jobs" />
        <p>
          <a href={`/jobs?certificate_id=${certificate.id}`}>All jobs of this certificate</a>
        </p>
        <h2>Details</h2>
        <Facts {...props} />
      </Live>
      <Change {...props} />
    </>
  );
}

function Facts({ frame, certificate, names }: CertificateProps): Html {
  return (
    <Details
      of={CertificateView}
      value={certificate}
      now={frame.now}
      omit={["name", "status", "failure", "expiresAt", "revision"]}
      instead={{
        ownerId: <Ref kind="owner" id={certificate.ownerId} names={names} />,
        teamId: <Ref kind="team" id={certificate.teamId} names={names} />,
        issuerId: <Ref kind="issuer" id={certificate.issuerId} names={names} />,
        certificateProfileId: (
          <Ref kind="profile" id={certificate.certificateProfileId} names={names} />
        ),
        renewalPolicyId: <Ref kind="policy" id={certificate.renewalPolicyId} names={names} />,
      }}
    />
  );
}

function Actions({ frame, certificate }: CertificateProps): Html {
  const hidden = { id: certificate.id };
  const isArchived = certificate.archivedAt !== null;
  return (
    <div class="acts mb-4">
      {certificate.notAfter === null ? null : (
        <a class="btn" href={`/certificates/${certificate.id}/pem`}>
          Download PEM
        </a>
      )}
      {isArchived ? (
        <OperationForm
          of={certificatesApi.restore}
          frame={frame}
          hidden={hidden}
          submit="Take out of the archive"
        />
      ) : (
        <>
          <OperationForm
            of={deploymentsApi.validate}
            frame={frame}
            hidden={hidden}
            submit="Look at the targets now"
          />
          <OperationForm
            of={deploymentsApi.deploy}
            frame={frame}
            hidden={hidden}
            only={[]}
            submit="Deploy now"
          />
          <OperationForm
            of={certificatesApi.renew}
            frame={frame}
            hidden={hidden}
            only={["force"]}
            submit="Renew now"
          />
        </>
      )}
    </div>
  );
}

/** Outside of what refreshes itself: nothing that is typed here is touched. */
function Change(props: CertificateProps): Html | null {
  const { frame, certificate } = props;
  if (!frame.may(certificatesApi.update)) return null;
  const hidden = { id: certificate.id };
  const isSent = frame.sent?.operation === certificatesApi.update.name;
  return (
    <>
      <details open={isSent || undefined}>
        <summary>Change owner, targets, tags, policy…</summary>
        <OperationForm
          of={certificatesApi.update}
          frame={frame}
          hidden={hidden}
          revision={certificate.revision}
          values={props.values}
          choices={props.choices}
          submit="Save"
        />
      </details>
      {certificate.archivedAt === null ? (
        <details>
          <summary>Archive…</summary>
          <p>
            An archived certificate is no longer renewed or deployed. What is installed stays where
            it is until it expires. It can be taken out of the archive again.
          </p>
          <OperationForm
            of={certificatesApi.archive}
            frame={frame}
            hidden={hidden}
            submit="Archive the certificate"
            danger
          />
        </details>
      ) : null}
    </>
  );
}
