/** One issuer: its connection test, its authorities, and the form that changes it. Secrets are never shown. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import { issuerActionsApi, issuersApi } from "#features/issuers/api.ts";
import { type AuthorityView, IssuerView } from "#features/issuers/issuer.ts";
import { Details } from "../detail.tsx";
import type { Nested } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame, Texts } from "../frame.ts";
import type { Html } from "../html.ts";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";

export interface IssuerProps {
  readonly frame: Frame;
  readonly issuer: IssuerView;
  readonly authorities: readonly AuthorityView[];
  readonly values: Texts;
  readonly nested: Nested;
}

export function IssuerPage(props: IssuerProps): Html {
  const { frame, issuer, authorities } = props;
  return (
    <>
      <h1>{issuer.name}</h1>
      <p>
        {"Connection test: "}
        <Status of={issuer.testStatus} />{" "}
        {issuer.lastTestedAt === null ? null : <Time at={issuer.lastTestedAt} now={frame.now} />}
      </p>
      {issuer.testMessage === null ? null : (
        <p class={issuer.testStatus === "failed" ? "note bad" : "hint"}>{issuer.testMessage}</p>
      )}
      <div class="acts mb-4">
        <OperationForm
          of={issuerActionsApi.test}
          frame={frame}
          hidden={{ id: issuer.id }}
          submit="Test the connection"
        />
      </div>
      {authorities.length > 0 ? (
        <>
          <h2>Authorities</h2>
          <Table
            caption="Authorities, root first"
            rows={authorities}
            columns={authorityColumns(authorities, frame.now)}
          />
        </>
      ) : null}
      <h2>Details</h2>
      <Details
        of={IssuerView}
        value={issuer}
        now={frame.now}
        omit={["name", "testStatus", "testMessage", "lastTestedAt", "revision"]}
      />
      <Change {...props} />
    </>
  );
}

const authorityColumns = (
  all: readonly AuthorityView[],
  now: Instant,
): readonly Column<AuthorityView>[] => [
  { title: "Name", cell: (it) => it.name },
  { title: "Issued by", cell: (it) => all.find(({ id }) => id === it.parentId)?.name ?? "itself" },
  { title: "State", cell: (it) => (it.issuing ? `${it.state}, issuing` : it.state) },
  { title: "Valid until", cell: (it) => <Time at={it.notAfter} now={now} /> },
  { title: "Serial number", cell: (it) => <code>{it.serialNumber}</code> },
  { title: "SHA-256", cell: (it) => <code>{it.fingerprint}</code> },
  {
    title: "Certificate",
    cell: (it) => <a href={`/.well-known/pki/ca/${it.id}`}>Download (DER)</a>,
  },
];

function Change({ frame, issuer, values, nested }: IssuerProps): Html | null {
  if (!frame.may(issuersApi.update)) return null;
  return (
    <>
      <details open={frame.sent?.operation === issuersApi.update.name || undefined}>
        <summary>Change…</summary>
        {issuer.secretsSet.length > 0 ? (
          <p class="sub">
            {`Set and not shown: ${issuer.secretsSet.join(", ")}. An empty secret stays as it is.`}
          </p>
        ) : null}
        <OperationForm
          of={issuersApi.update}
          frame={frame}
          hidden={{ id: issuer.id, type: issuer.type }}
          revision={issuer.revision}
          values={values}
          nested={nested}
          submit="Save"
        />
      </details>
      <details>
        <summary>Delete…</summary>
        <p>Only an issuer that nothing uses can be deleted.</p>
        <OperationForm
          of={issuersApi.remove}
          frame={frame}
          hidden={{ id: issuer.id }}
          submit="Delete the issuer"
          danger
        />
      </details>
    </>
  );
}
