/** Ordering a certificate. */
/** @jsxImportSource hono/jsx */
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
        first={["sans", "target_ids", "issuer_id", "certificate_profile_id", "owner_id", "team_id"]}
        more={more}
        submit="Order the certificate"
      />
    </>
  );
}

const more: readonly string[] = [
  "id",
  "name",
  "common_name",
  "environment",
  "tags",
  "renewal_policy_id",
  "agent_id",
  "key_algorithm",
  "validity_seconds",
  "csr_pem",
];
