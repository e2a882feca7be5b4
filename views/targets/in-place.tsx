/** What is served at a target now, by what was put in place last and by what was seen. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { TargetView } from "#features/targets/target.ts";
import { countOf } from "../count.ts";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { relative, Time } from "../time.tsx";

export interface InPlaceProps {
  readonly of: { readonly data: readonly DeploymentView[]; readonly total: number };
  readonly at: Pick<TargetView, "id" | "enabled" | "retiredAt">;
  readonly names: Names;
  readonly now: Instant;
}

export function InPlace({ of, at, names, now }: InPlaceProps): Html {
  return (
    <Panel title="In place here" sub={of.total > 0 ? countOf(of.total, "certificate") : null}>
      {of.data.length === 0 ? (
        <p class="pb text-muted">
          {"No certificate was deployed here yet. "}
          {at.enabled && at.retiredAt === null ? (
            <a class="a" href={`/certificates/new?target_ids=${encodeURIComponent(at.id)}`}>
              Order one for it
            </a>
          ) : null}
        </p>
      ) : (
        <Table
          caption="Certificates in place at this target"
          rows={of.data}
          columns={columnsOf(names, now)}
          rowId={(it) => it.id}
        />
      )}
      {of.total > of.data.length ? (
        <p class="pf">{`The ${of.data.length} newest of ${of.total}.`}</p>
      ) : null}
    </Panel>
  );
}

const columnsOf = (names: Names, now: Instant): readonly Column<DeploymentView>[] => [
  {
    title: "Certificate",
    cell: (it) => (
      <>
        <span class="n bidi">
          <Ref kind="certificate" id={it.certificateId} names={names} />
        </span>
        <span class="sub mono bidi">{it.serialNumber}</span>
      </>
    ),
  },
  {
    title: "State",
    label: false,
    cell: (it) => (
      <>
        <Status of={it.state} />
        {it.isCurrent ? null : <span class="sub warn">An earlier version</span>}
        {it.installedAt === null ? null : (
          <span class="sub">{`in place since ${relative(it.installedAt, now)}`}</span>
        )}
      </>
    ),
  },
  {
    title: "Seen",
    cell: (it) => (
      <>
        <Time at={it.seenAt} now={now} none="not seen" />
        {it.tlsVersion === null ? null : <span class="sub">{it.tlsVersion}</span>}
      </>
    ),
  },
  { title: "Ends", class: "h", cell: (it) => <Time at={it.notAfter} now={now} /> },
];
