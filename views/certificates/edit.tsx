/** Changing what a certificate is and where it belongs; and archiving it. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import type { CertificateWithTargets } from "#features/certificates/certificate.ts";
import { Confirm } from "../confirm.tsx";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { relative } from "../time.tsx";

export interface EditProps {
  readonly frame: Frame;
  readonly certificate: CertificateWithTargets;
  /** What it is now. */
  readonly values: Texts;
  readonly choices: Choices;
}

export function EditCertificatePage({ frame, certificate, values, choices }: EditProps): Html {
  const path = `/certificates/${certificate.id}`;
  return (
    <>
      <Head
        title={`Edit ${certificate.name}`}
        lede="Names, issuer and profile are part of what was issued: a new certificate has other ones."
      />
      <OperationForm
        of={certificatesApi.update}
        frame={frame}
        hidden={{ id: certificate.id }}
        revision={certificate.revision}
        values={values}
        choices={choices}
        submit="Save"
        next={path}
        cancel={path}
      />
    </>
  );
}

/** What a plain renewal would not do. */
export function ForceRenewalPage({ frame, certificate }: Omit<ArchiveProps, "served">): Html {
  const path = `/certificates/${certificate.id}`;
  const n = certificate.targetIds.length;
  return (
    <Confirm
      frame={frame}
      of={certificatesApi.renew}
      title={`Renew ${certificate.name} by force`}
      blast={[[String(n), n === 1 ? "target gets a new version" : "targets get a new version"]]}
      hidden={{ id: certificate.id, force: "true" }}
      submit="Renew by force"
      cancel={path}
    >
      <p>
        A renewal that is under way is given up and begun anew, with a new key. The present version
        stays in use until the new one is in place.
      </p>
    </Confirm>
  );
}

/** Only who holds the key can make the request that renews it. */
export function RequestRenewalPage({ frame, certificate }: Omit<ArchiveProps, "served">): Html {
  const path = `/certificates/${certificate.id}`;
  const names = [...new Set([certificate.commonName, ...certificate.sans])];
  return (
    <>
      <Head
        title={`Renew ${certificate.name}`}
        lede="The client holds its key. Make a new key and a signing request there: it must ask for these names, and for no other."
      />
      <ul class="plain mb-4">
        {names
          .filter((it) => it !== "")
          .map((it) => (
            <li dir="auto">
              <code>{it}</code>
            </li>
          ))}
      </ul>
      <OperationForm
        of={certificatesApi.renew}
        frame={frame}
        hidden={{ id: certificate.id }}
        only={["csr_pem"]}
        required={["csr_pem"]}
        submit="Renew"
        next={path}
        cancel={path}
      />
    </>
  );
}

export interface ArchiveProps {
  readonly frame: Frame;
  readonly certificate: CertificateWithTargets;
  /** On how many targets it is in place now. */
  readonly served: number;
}

export function ArchiveCertificatePage({ frame, certificate, served }: ArchiveProps): Html {
  const path = `/certificates/${certificate.id}`;
  const { notAfter } = certificate;
  const n = certificate.targetIds.length;
  return (
    <Confirm
      frame={frame}
      of={certificatesApi.archive}
      title={`Archive ${certificate.name}`}
      blast={[
        [String(n), `${n === 1 ? "target gets" : "targets get"} no renewal any more`],
        [String(served), `${served === 1 ? "serves" : "serve"} it now, until it expires`],
        [notAfter === null ? "–" : relative(notAfter, frame.now), "it expires"],
      ]}
      hidden={{ id: certificate.id }}
      submit="Archive the certificate"
      cancel={path}
    >
      <p>
        An archived certificate is no longer renewed or deployed. It stays searchable, and it can be
        taken out of the archive again.
      </p>
    </Confirm>
  );
}
