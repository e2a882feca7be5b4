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
import { dateOf, relative, Time } from "../time.tsx";
import { shortFingerprint } from "./served.tsx";

export interface VersionsProps {
  readonly frame: Frame;
  readonly versions: readonly VersionView[];
  readonly names: Names;
  /** There are targets to deploy to. */
  readonly isPlaced: boolean;
}

export function Versions({ frame, versions, names, isPlaced }: VersionsProps): Html {
  if (versions.length === 0) return <p class="pb text-muted">There is no version yet.</p>;
  const { now } = frame;
  const columns: readonly Column<VersionView>[] = [
    { title: "Version", label: false, cell: (it) => <Which of={it} now={now} /> },
    {
      title: "Valid",
      class: "w",
      cell: (it) => (
        <>
          {`${dateOf(it.notBefore)} to ${dateOf(it.notAfter)}`}
          <span class="sub">
            {it.notAfter < now ? "over" : `ends ${relative(it.notAfter, now)}`}
          </span>
        </>
      ),
    },
    {
      title: "Key, held by",
      cell: (it) => (
        <>
          {it.keyAlgorithm}
          <span class="sub">
            <Holder of={it} names={names} />
          </span>
        </>
      ),
    },
    {
      title: "Serial number, SHA-256",
      class: "h",
      cell: (it) => (
        <>
          <code>{it.serialNumber}</code>
          <span class="sub mono" title={it.fingerprint}>
            {shortFingerprint(it.fingerprint)}
          </span>
        </>
      ),
    },
    {
      title: "",
      class: "w",
      label: false,
      cell: (it) => <VersionActions of={it} all={versions} {...{ frame, isPlaced }} />,
    },
  ];
  return (
    <Table
      caption="Versions, the newest first"
      rows={versions}
      columns={columns}
      rowId={(it) => it.id}
    />
  );
}

function Which({ of, now }: { readonly of: VersionView; readonly now: Instant }): Html {
  if (of.isCurrent) return <Status of="Active" label="Current" />;
  if (of.notAfter < now) return <Status of="Archived" label="Expired" />;
  return <Status of="Superseded" label="Superseded" />;
}

/** What differs is told against the one before it. */
function VersionActions({
  of,
  all,
  frame,
  isPlaced,
}: {
  readonly of: VersionView;
  readonly all: readonly VersionView[];
  readonly frame: Frame;
  readonly isPlaced: boolean;
}): Html {
  const before = all[all.indexOf(of) + 1];
  return (
    <div class="acts">
      {before === undefined ? null : (
        <a
          class="btn btn-sm"
          href={`/certificates/${of.certificateId}/compare?from=${before.id}&to=${of.id}`}
        >
          Compare
        </a>
      )}
      {isPlaced ? <Redeploy of={of} frame={frame} /> : null}
    </div>
  );
}

function Holder({ of, names }: { readonly of: VersionView; readonly names: Names }): Html {
  return of.holder === null ? <>the client</> : <Ref kind="agent" id={of.holder} names={names} />;
}

/** A version whose key is gone cannot be deployed again: there is no button, and the reason instead. */
function Redeploy({ of, frame }: { readonly of: VersionView; readonly frame: Frame }): Html | null {
  if (of.holder === null) return null;
  if (!of.keyAvailable) return <span class="sub">the key is gone</span>;
  if (of.notAfter < frame.now) return <span class="sub">expired</span>;
  return (
    <OperationForm
      of={deploymentsApi.redeploy}
      frame={frame}
      hidden={{ id: of.certificateId, version_id: of.id }}
      submit="Deploy this version"
      small
    />
  );
}

export interface DeploymentsProps {
  readonly deployments: readonly DeploymentView[];
  readonly versions: readonly VersionView[];
  readonly now: Instant;
}

export function Deployments({ deployments, versions, now }: DeploymentsProps): Html {
  if (deployments.length === 0)
    return <p class="pb text-muted">It has not been deployed anywhere yet.</p>;
  const columns: readonly Column<DeploymentView>[] = [
    {
      title: "Target",
      cell: (it) => (
        <>
          <a class="n" href={`/targets/${it.targetId}`} dir="auto">
            {it.targetName}
          </a>
          <span class="sub">{it.isCurrent ? "current version" : "earlier version"}</span>
        </>
      ),
    },
    { title: "State", class: "w", label: false, cell: (it) => <State of={it} /> },
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
        <span class="sub" dir="auto">
          The files are in place and the service was told to read them, but nobody has seen it serve
          this certificate.
        </span>
      ) : null}
      {of.message === null || of.state === "Superseded" ? null : (
        <span class="sub" dir="auto">
          {of.message}
        </span>
      )}
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
      <code title={of.seenFingerprint}>{shortFingerprint(of.seenFingerprint)}</code>
      <span class="sub">
        {of.tlsVersion === null ? "" : `over ${of.tlsVersion}, `}
        {relative(of.seenAt, now)}
      </span>
    </>
  );
}
