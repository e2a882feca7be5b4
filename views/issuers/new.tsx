/** A new issuer in steps: its type, the form that this type needs, and the test that is done at once. */
/** @jsxImportSource hono/jsx */
import type { IssuerKind } from "#connectors/issuers/issuer.ts";
import { issuerActionsApi, issuersApi } from "#features/issuers/api.ts";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import { Help } from "../help-link.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { KindChoice } from "../kind-choice.tsx";
import { Wizard } from "../wizard.tsx";

export interface NewIssuerProps {
  readonly frame: Frame;
  readonly kinds: readonly IssuerKind[];
  /** Undefined while none is chosen; `json` for the free form. */
  readonly chosen: IssuerKind | "json" | undefined;
}

const path = "/issuers/new";

export function NewIssuerPage({ frame, kinds, chosen }: NewIssuerProps): Html {
  const title = typeof chosen === "object" ? `New issuer: ${chosen.title}` : "New issuer";
  return (
    <Wizard
      title={title}
      status={<Help of="issuer" />}
      lede="Whoever turns a checked request into a certificate. It is tested as soon as it is stored; nothing is ordered from it by that."
      step={chosen === undefined ? 1 : 2}
      steps={[
        {
          title: "Type",
          chosen: typeof chosen === "object" ? chosen.title : chosen?.toUpperCase(),
          href: path,
        },
        { title: "Configure" },
        { title: "Test" },
      ]}
    >
      {chosen === undefined ? (
        <KindChoice
          icon="stamp"
          kinds={kinds.map((it) => ({
            kind: it.kind,
            title: it.title,
            does: it.signs
              ? "Signs with a CA of ours, at once; its key is kept sealed on this server."
              : "Orders from another CA: the answer may take a while, and is waited for.",
            needs: requiredOf(it),
          }))}
          href={(type) => `${path}?type=${encodeURIComponent(type)}`}
        />
      ) : (
        <>
          {typeof chosen === "object" && !chosen.signs ? (
            <div class="note">
              <Icon name="info" />
              <h2>Secrets stay here</h2>
              <p>What is marked as a secret is kept sealed and never shown again.</p>
            </div>
          ) : null}
          <OperationForm
            of={issuersApi.create}
            frame={frame}
            {...(chosen === "json"
              ? {}
              : { hidden: { type: chosen.kind }, nested: { config: chosen.config } })}
            then={issuerActionsApi.test.name}
            submit="Add and test"
            cancel={path}
          />
        </>
      )}
    </Wizard>
  );
}

function requiredOf({ config }: IssuerKind): readonly string[] {
  const group = fieldsOf(issuersApi.create, { config }).find(({ key }) => key === "config");
  return (group?.fields ?? []).filter((it) => it.required).map((it) => it.title);
}
