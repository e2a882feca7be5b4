/** Ordering a certificate. */
import { certificatesApi } from "#features/certificates/api.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";

export function NewCertificatePage(props: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <h1>New certificate</h1>
      <p>
        Give the names and where it belongs: the agents of the targets make the keys, and install
        what the issuer signs. With a certificate signing request the key is yours, and nothing is
        installed.
      </p>
      <OperationForm
        of={certificatesApi.create}
        frame={props.frame}
        choices={props.choices}
        submit="Order the certificate"
      />
    </>
  );
}
