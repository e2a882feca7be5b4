/** What each target of a certificate serves, by what was deployed there last and by what was seen. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { dateOf, relative, Time, Until } from "../time.tsx";

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
  const missing = targetIds.filter((id) => !served.some((it) => it.targetId === id)).length;
  if (served.length === 0) {
    return (
      <p class="pb text-muted">
        {targetIds.length === 0
          ? "It has no target: nothing is installed, and nobody looks."
          : "It is not in place anywhere yet."}
      </p>
    );
  }
  const columns: readonly Column<DeploymentView>[] = [
    { title: "Target", cell: (it) => <Place of={it} targetIds={targetIds} /> },
    { title: "Served now", class: "w", label: false, cell: (it) => <InPlace of={it} now={now} /> },
    { title: "Seen", cell: (it) => <LastSeen of={it} now={now} /> },
    { title: "In place since", class: "h", cell: (it) => <Time at={it.installedAt} now={now} /> },
  ];
  return (
    <>
      {earlierAt(served, targetIds).map((it) => (
        <div class="note bad m-3">
          <Icon name="circle-x" />
          <p dir="auto">
            <strong>{it.targetName}: </strong>
            {"an earlier version is served: serial "}
            <code>{it.serialNumber}</code>
            {`, ${it.notAfter > now ? "valid" : "which ended"} `}
            <Until at={it.notAfter} now={now} />
          </p>
        </div>
      ))}
      <Table
        caption="What is in place, by target"
        rows={served}
        columns={columns}
        rowId={(it) => `served-${it.targetId}`}
      />
      {missing > 0 ? (
        <p class="pf">{`On ${missing} of its targets nothing is in place yet.`}</p>
      ) : null}
    </>
  );
}

function Place({
  of,
  targetIds,
}: { readonly of: DeploymentView } & Pick<ServedProps, "targetIds">): Html {
  return (
    <>
      <a class="n" href={`/targets/${of.targetId}`} dir="auto">
        {of.targetName}
      </a>
      <span class="sub">
        {targetIds.includes(of.targetId)
          ? of.targetType
          : "No target of this certificate any more: nothing is deployed there"}
      </span>
    </>
  );
}

interface CellProps {
  readonly of: DeploymentView;
  readonly now: Instant;
}

/** The fingerprint is what was presented; without a look it is only what was installed. */
function InPlace({ of, now }: CellProps): Html {
  const isSeen = of.state === "Deployed" && of.seenFingerprint !== null;
  const [state, label] = standing(of.isCurrent, isSeen);
  return (
    <>
      <Status of={state} label={label} />
      {isSeen ? (
        <span class="sub mono" title={of.seenFingerprint ?? ""}>
          {shortFingerprint(of.seenFingerprint ?? "")}
        </span>
      ) : (
        <span class="sub">{`Valid until ${dateOf(of.notAfter)}, ${relative(of.notAfter, now)}`}</span>
      )}
    </>
  );
}

function standing(isCurrent: boolean, isSeen: boolean): readonly [state: string, words: string] {
  if (!isCurrent) return ["warning", "Earlier version"];
  return isSeen
    ? ["Deployed", "Current version"]
    : ["InstalledNotSeen", "Current version, not seen"];
}

/** The ends, as people compare them. */
export const shortFingerprint = (hex: string): string => {
  const pairs = hex.match(/../g) ?? [];
  return pairs.length <= 8
    ? pairs.join(":")
    : `${pairs.slice(0, 4).join(":")} … ${pairs.slice(-4).join(":")}`;
};

/** The last time that this very version was seen; the target may have shown another since. */
function LastSeen({ of, now }: CellProps): Html {
  if (of.seenAt === null) return <>Nobody has seen it</>;
  return of.state === "Deployed" || of.state === "Pending" ? (
    <>
      <Time at={of.seenAt} now={now} />
      {of.tlsVersion === null ? null : <span class="sub">{of.tlsVersion}</span>}
    </>
  ) : (
    <>
      <Time at={of.seenAt} now={now} />
      <span class="sub" dir="auto">
        {of.message ?? "then something else was seen"}
      </span>
    </>
  );
}
