/** The first page: numbers, what needs attention, and what to do first while there is nothing. */
/** @jsxImportSource hono/jsx */

import type { AgentView } from "#features/agents/agent.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Summary } from "#features/overview/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";
import { JobTable } from "./jobs/table.tsx";
import type { Names } from "./reference.tsx";
import { Status } from "./status.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

/** The first few of a list, and where the rest is. */
export interface Few<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface OverviewProps {
  readonly frame: Frame;
  readonly summary: Summary;
  /** Failed, expired and expiring certificates, by status. */
  readonly certificates: Readonly<Record<string, Few<CertificateView>>>;
  readonly failedJobs: Few<JobView>;
  readonly offlineAgents: Few<AgentView>;
  readonly targets: number;
  readonly names: Names;
}

export function OverviewPage(props: OverviewProps): Html {
  const { summary } = props;
  return (
    <>
      <h1>Overview</h1>
      {summary.totalCertificates === 0 ? <FirstSteps {...props} /> : null}
      <Numbers of={summary} />
      <h2>Needs attention</h2>
      <Attention {...props} />
    </>
  );
}

function FirstSteps({ summary, targets }: OverviewProps): Html {
  return (
    <section class="note" aria-label="First steps">
      <h2>First steps</h2>
      <ol>
        <li>
          <a href="/agents/new">Add an agent</a> on the machine where certificates belong
          {summary.totalAgents > 0 ? " – done" : ""}.
        </li>
        <li>
          <a href="/targets/new">Describe a target</a>: the service on that machine
          {targets > 0 ? " – done" : ""}.
        </li>
        <li>
          <a href="/certificates/new">Order a certificate</a> for it. The built-in CA signs; another
          issuer can be added under <a href="/issuers">Issuers</a>.
        </li>
      </ol>
    </section>
  );
}

const numbers: readonly (readonly [keyof Summary, string, string])[] = [
  ["totalCertificates", "Certificates", "/certificates"],
  ["expiringCertificates", "Expiring", "/certificates?status=Expiring"],
  ["expiredCertificates", "Expired", "/certificates?status=Expired"],
  ["failedCertificates", "Failed", "/certificates?status=Failed"],
  ["revokedCertificates", "Revoked", "/certificates?status=Revoked"],
  ["activeAgents", "Agents online", "/agents?status=Online"],
  ["offlineAgents", "Agents offline", "/agents?status=Offline"],
  ["pendingJobs", "Jobs under way", "/jobs"],
  ["failedJobs", "Jobs failed", "/jobs?status=Failed"],
  ["completeJobs", "Jobs completed", "/jobs?status=Completed"],
];

function Numbers({ of }: { readonly of: Summary }): Html {
  return (
    <dl class="numbers">
      {numbers.map(([key, title, href]) => (
        <div>
          <dt>
            <a href={href}>{title}</a>
          </dt>
          <dd>{String(of[key])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Attention({ frame, certificates, failedJobs, offlineAgents, names }: OverviewProps): Html {
  const columns = certificateColumns(frame);
  const parts = Object.entries(certificates).filter(([, few]) => few.total > 0);
  const isQuiet = parts.length === 0 && failedJobs.total === 0 && offlineAgents.total === 0;
  if (isQuiet) return <p>Nothing does.</p>;
  return (
    <>
      {parts.map(([status, few]) => (
        <Some
          of={few}
          what={`${status.toLowerCase()} certificates`}
          href={`/certificates?status=${status}`}
        >
          <Table caption={`${status} certificates`} rows={few.rows} columns={columns} />
        </Some>
      ))}
      <Some of={failedJobs} what="failed jobs" href="/jobs?status=Failed">
        <JobTable jobs={failedJobs.rows} names={names} now={frame.now} caption="Failed jobs" />
      </Some>
      <Some of={offlineAgents} what="offline agents" href="/agents?status=Offline">
        <Table caption="Offline agents" rows={offlineAgents.rows} columns={agentColumns(frame)} />
      </Some>
    </>
  );
}

const agentColumns = (frame: Frame): readonly Column<AgentView>[] => [
  { title: "Name", cell: (it) => <a href={`/agents/${it.id}`}>{it.name}</a> },
  { title: "Host", cell: (it) => it.hostname },
  {
    title: "Heard from",
    cell: (it) => <Time at={it.lastHeartbeatAt} now={frame.now} none="never" />,
  },
];

const certificateColumns = (frame: Frame): readonly Column<CertificateView>[] => [
  { title: "Name", cell: (it) => <a href={`/certificates/${it.id}`}>{it.name}</a> },
  { title: "Status", cell: (it) => <Status of={it.status} /> },
  {
    title: "Valid until",
    cell: (it) => <Time at={it.notAfter} now={frame.now} none="not issued" />,
  },
  { title: "Last failure", cell: (it) => it.failure ?? "–" },
];

interface SomeProps<Row> {
  readonly of: Few<Row>;
  readonly what: string;
  readonly href: string;
  readonly children: Children;
}

/** The table of the first few, and a link to all; the link alone where there are too many to begin with. */
function Some<Row>({ of, what, href, children }: SomeProps<Row>): Html | null {
  if (of.total === 0) return null;
  const isAll = of.total === of.rows.length;
  return (
    <>
      {of.rows.length > 0 ? children : null}
      {isAll ? null : (
        <p>
          <a href={href}>{`All ${of.total} ${what}`}</a>
        </p>
      )}
    </>
  );
}
