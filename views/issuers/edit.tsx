/** Changing an issuer, and deleting one that nothing was issued by. */
/** @jsxImportSource hono/jsx */
import { issuersApi } from "#features/issuers/api.ts";
import type { IssuerView } from "#features/issuers/issuer.ts";
import { Confirm } from "../confirm.tsx";
import type { Nested } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";

export interface EditIssuerProps {
  readonly frame: Frame;
  readonly issuer: IssuerView;
  readonly values: Texts;
  readonly nested: Nested;
}

export function EditIssuerPage({ frame, issuer, values, nested }: EditIssuerProps): Html {
  const path = `/issuers/${issuer.id}`;
  const secrets = issuer.secretsSet.join(", ");
  return (
    <>
      <Head
        title={`Edit ${issuer.name}`}
        lede={
          secrets === ""
            ? "What was issued stays as it is: a change counts from the next order on."
            : `Set and not shown: ${secrets}. A secret that is left empty stays as it is.`
        }
      />
      <OperationForm
        of={issuersApi.update}
        frame={frame}
        hidden={{ id: issuer.id, type: issuer.type }}
        revision={issuer.revision}
        values={values}
        nested={nested}
        submit="Save"
        next={path}
        cancel={path}
      />
    </>
  );
}

export interface DeleteIssuerProps {
  readonly frame: Frame;
  readonly issuer: IssuerView;
  readonly certificates: number;
  readonly authorities: number;
}

export function DeleteIssuerPage(props: DeleteIssuerProps): Html {
  const { frame, issuer, certificates, authorities } = props;
  const path = `/issuers/${issuer.id}`;
  return (
    <Confirm
      frame={frame}
      of={issuersApi.remove}
      title={`Delete ${issuer.name}`}
      blast={[
        [
          certificates.toLocaleString("en-US"),
          certificates === 1 ? "certificate from it" : "certificates from it",
        ],
        [String(authorities), authorities === 1 ? "authority" : "authorities"],
      ]}
      hidden={{ id: issuer.id }}
      submit="Delete the issuer"
      cancel={path}
    >
      <p>
        {certificates + authorities > 0
          ? "It is used, so deleting it will be refused. The safer way: "
          : "Nothing hangs on it. To keep it without using it: "}
        <a class="a" href={`${path}/edit`}>
          switch it off
        </a>
        .
      </p>
    </Confirm>
  );
}
