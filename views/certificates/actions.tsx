/** What can be done with a certificate as it stands: only what the server would do is offered. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import { EditLink } from "../edit-link.tsx";
import { OperationForm } from "../form.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import type { CertificateProps } from "./props.ts";

/** How a certificate can be renewed now; `force` of one that has expired. */
type Renewing = "now" | "request" | "force" | "no";

export function renewingOf(
  certificate: Pick<CertificateWithTargets, "status" | "targetIds">,
  versions: readonly Pick<VersionView, "isCurrent" | "holder">[],
): Renewing {
  const { status, targetIds } = certificate;
  if (status === "Expired") return "force";
  if (status !== "Active" && status !== "Expiring" && status !== "Failed") return "no";
  const current = versions.filter((it) => it.isCurrent);
  // The agent of a target would make a key of its own.
  const isClients = current.length > 0 && current.every((it) => it.holder === null);
  return isClients && targetIds.length === 0 ? "request" : "now";
}

export function Actions(props: CertificateProps): Html {
  const { frame, certificate } = props;
  return (
    <>
      {certificate.archivedAt === null ? <AtWork {...props} /> : <Restore {...props} />}
      {certificate.notAfter === null ? null : <Download id={certificate.id} />}
      <EditLink
        of={certificatesApi.update}
        frame={frame}
        href={`/certificates/${certificate.id}/edit`}
      />
    </>
  );
}

function Restore({ frame, certificate }: CertificateProps): Html {
  return (
    <OperationForm
      of={certificatesApi.restore}
      frame={frame}
      hidden={{ id: certificate.id }}
      submit="Take out of the archive"
      icon="archive-restore"
      primary
    />
  );
}

function AtWork(props: CertificateProps): Html {
  const { frame, certificate } = props;
  return (
    <>
      <Renew {...props} />
      {certificate.targetIds.length > 0 ? (
        <OperationForm
          of={deploymentsApi.deploy}
          frame={frame}
          hidden={{ id: certificate.id }}
          only={[]}
          submit="Deploy"
          icon="rocket"
          keyed="d"
        />
      ) : null}
    </>
  );
}

function Renew({ frame, certificate, versions }: CertificateProps): Html | null {
  if (!frame.may(certificatesApi.renew)) return null;
  const path = `/certificates/${certificate.id}`;
  switch (renewingOf(certificate, versions)) {
    case "no":
      return null;
    case "now":
      return (
        <OperationForm
          of={certificatesApi.renew}
          frame={frame}
          hidden={{ id: certificate.id }}
          only={[]}
          submit="Renew now"
          icon="refresh-cw"
          keyed="r"
          primary
        />
      );
    case "request":
      return (
        <a class="btn btn-primary" href={`${path}/renew-request`}>
          <Icon name="refresh-cw" class="i-s" />
          Renew with a new signing request
        </a>
      );
    case "force":
      return (
        <a class="btn btn-primary" href={`${path}/renew`} data-dialog>
          <Icon name="refresh-cw" class="i-s" />
          Renew…
        </a>
      );
  }
}

const parts = [
  ["full", "Certificate with its chain (PEM)"],
  ["cert", "Certificate alone (PEM)"],
  ["chain", "Chain alone (PEM)"],
  ["der", "Certificate (DER)"],
] as const;

function Download({ id }: { readonly id: string }): Html {
  return (
    <details class="pop">
      <summary class="btn">
        <Icon name="download" class="i-s" />
        Download
      </summary>
      <div>
        {parts.map(([part, words]) => (
          <a class="mi" href={`/certificates/${id}/pem?part=${part}`} download>
            {words}
          </a>
        ))}
      </div>
    </details>
  );
}
