/** Versions of a certificate, and where each was deployed with what was seen there. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { VersionView } from "#features/certificates/certificate.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";

export interface VersionsProps {
  readonly frame: Frame;
  readonly versions: readonly VersionView[];
  readonly names: Names;
}

export function Versions({ frame, versions, names }: VersionsProps): Html {
  if (versions.length === 0) return <p>There is no version yet.</p>;
  const { now } = frame;
  const columns: readonly Column<VersionView>[] = [
    { title: "Version", cell: (it) => (it.isCurrent ? <strong>current</strong> : "earlier") },
    { title: "Valid from", cell: (it) => <Time at={it.notBefore} now={now} /> },
    { title: "Valid until", cell: (it) => <Time at={it.notAfter} now={now} /> },
    { title: "Key", cell: (it) => it.keyAlgorithm },
    { title: "Key held by", cell: (it) => <Holder of={it} names={names} /> },
    { title: "Serial number", cell: (it) => <code>{it.serialNumber}</code> },
    { title: "SHA-256", cell: (it) => <code>{it.fingerprint}</code> },
    { title: "Deploy again", cell: (it) => <Redeploy of={it} frame={frame} /> },
  ];
  return <Table caption="Versions, the newest first" rows={versions} columns={columns} />;
}

function Holder({ of, names }: { readonly of: VersionView; readonly names: Names }): Html {
  return of.holder === null ? <>the client</> : <Ref kind="agent" id={of.holder} names={names} />;
}

/** A version whose key is gone cannot be deployed again: there is no button, and the reason instead. */
function Redeploy({ of, frame }: { readonly of: VersionView; readonly frame: Frame }): Html {
  if (of.holder === null) return <>–</>;
  if (!of.keyAvailable) return <>the key is gone</>;
  if (of.notAfter < frame.now) return <>expired</>;
  return (
    <OperationForm
      of={deploymentsApi.redeploy}
      frame={frame}
      hidden={{ id: of.certificateId, version_id: of.id }}
      submit="Deploy this version"
    />
  );
}

export interface DeploymentsProps {
  readonly deployments: readonly DeploymentView[];
  readonly versions: readonly VersionView[];
  readonly now: Instant;
}

export function Deployments({ deployments, versions, now }: DeploymentsProps): Html {
  if (deployments.length === 0) return <p>It has not been deployed anywhere yet.</p>;
  const columns: readonly Column<DeploymentView>[] = [
    { title: "Target", cell: (it) => <a href={`/targets/${it.targetId}`}>{it.targetName}</a> },
    { title: "Type", cell: (it) => it.targetType },
    { title: "Version", cell: (it) => (it.isCurrent ? "current" : "earlier") },
    { title: "State", cell: (it) => <State of={it} /> },
    { title: "Seen", cell: (it) => <Seen of={it} versions={versions} now={now} /> },
    { title: "Changed", cell: (it) => <Time at={it.updatedAt} now={now} /> },
  ];
  return <Table caption="Deployments, the newest first" rows={deployments} columns={columns} />;
}

function State({ of }: { readonly of: DeploymentView }): Html {
  return (
    <>
      <Status of={of.state} />
      {of.state === "InstalledNotSeen" ? (
        <p class="sub">
          The files are in place and the service was told to read them, but nobody has seen it serve
          this certificate.
        </p>
      ) : null}
      {of.message === null || of.state === "Superseded" ? null : <p class="sub">{of.message}</p>}
    </>
  );
}

/** Evidence: what the endpoint presented, and whether that is this version. */
function Seen(props: {
  readonly of: DeploymentView;
  readonly versions: readonly VersionView[];
  readonly now: Instant;
}): Html {
  const { of, versions, now } = props;
  if (of.seenAt === null || of.seenFingerprint === null) return <>nothing was seen</>;
  const expected = versions.find(({ id }) => id === of.versionId)?.fingerprint;
  return (
    <>
      {expected !== undefined && expected !== of.seenFingerprint ? "another certificate " : null}
      <code>{of.seenFingerprint}</code>
      {of.tlsVersion === null ? " " : ` over ${of.tlsVersion}, `}
      <Time at={of.seenAt} now={now} />
    </>
  );
}
