/** What each target of a certificate serves, by what was deployed there last and by what was seen. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { Html } from "../html.ts";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";

export interface ServedProps {
  /** What was put in place last: at most one for each target. */
  readonly served: readonly DeploymentView[];
  /** Where the certificate is to be. */
  readonly targetIds: readonly string[];
  readonly now: Instant;
}

/** Where another version than the current one is in place. A target that it was taken from is nobody's concern. */
export const earlierAt = (
  served: readonly DeploymentView[],
  targetIds: readonly string[],
): readonly DeploymentView[] =>
  served.filter((it) => !it.isCurrent && targetIds.includes(it.targetId));

export function Served({ served, targetIds, now }: ServedProps): Html {
  if (served.length === 0) return <p>It is not in place anywhere yet.</p>;
  const columns: readonly Column<DeploymentView>[] = [
    { title: "Target", cell: (it) => <a href={`/targets/${it.targetId}`}>{it.targetName}</a> },
    { title: "Version", cell: (it) => <InPlace of={it} targetIds={targetIds} now={now} /> },
    { title: "Since", cell: (it) => <Time at={it.installedAt} now={now} /> },
    { title: "Last seen", cell: (it) => <LastSeen of={it} now={now} /> },
  ];
  return (
    <>
      {earlierAt(served, targetIds).map((it) => (
        <p class="note bad">
          <strong>{it.targetName}: </strong>
          {"an earlier version is served: serial "}
          <code>{it.serialNumber}</code>
          {", valid until "}
          <Time at={it.notAfter} now={now} />
        </p>
      ))}
      <Table caption="What is in place, by target" rows={served} columns={columns} />
    </>
  );
}

interface CellProps {
  readonly of: DeploymentView;
  readonly now: Instant;
}

function InPlace(props: CellProps & Pick<ServedProps, "targetIds">): Html {
  const { of, now, targetIds } = props;
  return (
    <>
      {of.isCurrent ? <strong>current</strong> : "earlier"}
      {", valid until "}
      <Time at={of.notAfter} now={now} />
      {targetIds.includes(of.targetId) ? null : (
        <p class="sub">It is no target of this certificate any more: nothing is deployed there.</p>
      )}
    </>
  );
}

/** The last time that this very version was seen; the target may have shown another since. */
function LastSeen({ of, now }: CellProps): Html {
  if (of.seenAt === null) return <>nobody has seen it</>;
  return of.state === "Deployed" || of.state === "Pending" ? (
    <Time at={of.seenAt} now={now} />
  ) : (
    <>
      <Time at={of.seenAt} now={now} />
      <p class="sub">{of.message ?? "then something else was seen"}</p>
    </>
  );
}
