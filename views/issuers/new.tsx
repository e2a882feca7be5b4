/** A new issuer: its type first, then the form that this type needs. */
/** @jsxImportSource hono/jsx */
import type { IssuerKind } from "#connectors/issuers/issuer.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { KindChoice } from "../kind-choice.tsx";

export interface NewIssuerProps {
  readonly frame: Frame;
  readonly kinds: readonly IssuerKind[];
  /** Undefined while none is chosen; `json` for the free form. */
  readonly chosen: IssuerKind | "json" | undefined;
}

export function NewIssuerPage({ frame, kinds, chosen }: NewIssuerProps): Html {
  if (chosen === undefined) {
    return (
      <>
        <h1>New issuer</h1>
        <KindChoice kinds={kinds} path="/issuers/new" what="issuer" />
      </>
    );
  }
  if (chosen === "json") {
    return (
      <>
        <h1>New issuer</h1>
        <OperationForm of={issuersApi.create} frame={frame} submit="Add the issuer" />
      </>
    );
  }
  return (
    <>
      <h1>{`New issuer: ${chosen.title}`}</h1>
      <p>
        <a href="/issuers/new">Another type</a>
      </p>
      <OperationForm
        of={issuersApi.create}
        frame={frame}
        hidden={{ type: chosen.kind }}
        nested={{ config: chosen.config }}
        submit="Add the issuer"
      />
    </>
  );
}
