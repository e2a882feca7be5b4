/** One issuer: its connection test, its authorities, what it issued. Secrets are never shown. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { AuditView } from "#features/audit/event.ts";
import { issuerActionsApi, issuersApi } from "#features/issuers/api.ts";
import type { AuthorityView, IssuerView } from "#features/issuers/issuer.ts";
import type { IssuerStrip } from "#features/overview/stats-api.ts";
import { AuditFeed } from "../audit-feed.tsx";
import { ConfigFacts } from "../config-facts.tsx";
import { countOf } from "../count.ts";
import { EditLink } from "../edit-link.tsx";
import type { Field } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { grouped } from "../list-table.tsx";
import { Columns, Panel } from "../panel.tsx";
import { Status } from "../status.tsx";
import { relative, Time } from "../time.tsx";
import { Authorities } from "./authorities.tsx";
import { IssuerState } from "./state.tsx";
import { shortName } from "./tree.ts";

export interface IssuerProps {
  readonly frame: Frame;
  readonly issuer: IssuerView;
  /** The title of its type. */
  readonly kind: string;
  /** Its configuration's fields; empty where the type is unknown here. */
  readonly fields: readonly Field[];
  readonly values: Texts;
  readonly authorities: readonly AuthorityView[];
  /** What it issued; undefined where the reader may not see it. */
  readonly strip: IssuerStrip | undefined;
  /** Certificates that are ordered from it. */
  readonly certificates: number | undefined;
  /** The last few; undefined where the reader may not see the audit trail. */
  readonly events: readonly z.output<typeof AuditView>[] | undefined;
}

export function IssuerPage(props: IssuerProps): Html {
  const { frame, issuer } = props;
  return (
    <>
      <Head
        title={issuer.name}
        status={<IssuerState of={issuer} />}
        help="issuer"
        lede={<IssuerSentence {...props} now={frame.now} />}
      >
        <EditLink of={issuersApi.update} frame={frame} href={`/issuers/${issuer.id}/edit`} />
      </Head>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </>
  );
}

/** Whether it issues, with what, until when, and how much of it there is. */
export function IssuerSentence({
  issuer,
  authorities,
  strip,
  certificates,
  now,
}: Pick<IssuerProps, "issuer" | "authorities" | "strip" | "certificates"> & {
  readonly now: Frame["now"];
}): Html {
  const issuing = authorities.find((it) => it.issuing);
  return (
    <>
      <b>{beginning(issuer, issuing)}</b>
      {issuing ? `, which ends ${relative(issuing.notAfter, now)}.` : "."}
      {certificates === undefined
        ? ""
        : ` ${countOf(certificates, "certificate")} ${certificates === 1 ? "comes" : "come"} from it.`}
      {strip ? ` ${grouped(strip.issuedInAMonth)} issued in 30 days.` : ""}
    </>
  );
}

function beginning({ enabled }: IssuerView, issuing: AuthorityView | undefined): string {
  if (!enabled) return "Switched off: nothing is issued by it";
  return issuing ? `Issues with ${shortName(issuing.name)}` : "Orders from another CA";
}

function Main(props: IssuerProps): Html {
  const { frame, issuer, authorities } = props;
  return (
    <>
      <Test {...props} />
      <Authorities issuerId={issuer.id} authorities={authorities} now={frame.now} />
      {frame.may(issuersApi.remove) ? (
        <Panel title="Delete" danger>
          <div>
            <span>
              <b>Delete the issuer.</b>{" "}
              <span class="text-muted">
                It can be deleted only while nothing was issued by it. Switched off, it issues
                nothing any more.
              </span>
            </span>
            <a class="btn btn-danger" href={`/issuers/${issuer.id}/delete`} data-dialog>
              Delete…
            </a>
          </div>
        </Panel>
      ) : null}
    </>
  );
}

const tests: Readonly<
  Record<IssuerView["testStatus"], { readonly label: string; readonly note: string }>
> = {
  untested: {
    label: "Not tested",
    note: "Nobody has tested whether it can be reached and used.",
  },
  success: { label: "Passed", note: "It can be reached and used." },
  failed: {
    label: "Failed",
    note: "Orders would fail as the test did. Correct what it says, then test again.",
  },
};

function Test({ frame, issuer }: IssuerProps): Html {
  const { label, note } = tests[issuer.testStatus];
  return (
    <Panel
      title="Test"
      id="test"
      sub={
        <OperationForm
          of={issuerActionsApi.test}
          frame={frame}
          hidden={{ id: issuer.id }}
          submit="Test now"
          icon="plug"
          small
        />
      }
    >
      <div class="pb grid gap-1">
        <p class="flex flex-wrap items-center gap-2">
          <Status of={issuer.testStatus} label={label} />
          {issuer.lastTestedAt === null ? null : <Time at={issuer.lastTestedAt} now={frame.now} />}
        </p>
        <p>{note}</p>
        {issuer.testMessage === null ? null : (
          <p class="text-muted" dir="auto">
            {issuer.testMessage}
          </p>
        )}
      </div>
    </Panel>
  );
}

function Aside({ frame, issuer, kind, fields, values, strip, events }: IssuerProps): Html {
  return (
    <>
      <Panel title="Configuration" sub={kind}>
        <ConfigFacts fields={fields} texts={values} />
        {issuer.secretsSet.length > 0 ? (
          <p class="pf">{`Set and not shown: ${issuer.secretsSet.join(", ")}`}</p>
        ) : null}
      </Panel>
      <Panel title="Facts">
        <dl class="facts">
          {strip ? (
            <>
              <dt>Issued</dt>
              <dd>{`${grouped(strip.issued)} in all, ${grouped(strip.issuedInAMonth)} in 30 days`}</dd>
            </>
          ) : null}
          <dt>Certificates</dt>
          <dd>
            <a class="a" href={`/certificates?issuer_id=${encodeURIComponent(issuer.id)}`}>
              Those of this issuer
            </a>
          </dd>
          <dt>Source</dt>
          <dd>{issuer.source}</dd>
          <dt>Added</dt>
          <dd>
            <Time at={issuer.createdAt} now={frame.now} />
          </dd>
          <dt>Changed</dt>
          <dd>
            <Time at={issuer.updatedAt} now={frame.now} />
          </dd>
          <dt>Id</dt>
          <dd class="mono">{issuer.id}</dd>
        </dl>
      </Panel>
      {events ? (
        <Panel
          title="History"
          sub={
            <a class="a" href={`/audit?resource_id=${encodeURIComponent(issuer.id)}`}>
              All
            </a>
          }
        >
          <AuditFeed events={events} />
        </Panel>
      ) : null}
    </>
  );
}
