/** The state of a certificate in a sentence: what it is, until when, and what happens next. */
/** @jsxImportSource hono/jsx */
import { type Instant, instant } from "#base/time.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { Html } from "../html.ts";
import { relative, shortly, Time, Until } from "../time.tsx";

export interface SentenceProps {
  /** Where an earlier version is in place. */
  readonly earlier: readonly Pick<DeploymentView, "targetName">[];
  readonly of: CertificateView & { readonly targetIds?: readonly string[] };
  /** What is in place, by target. */
  readonly served?: readonly DeploymentView[];
  readonly now: Instant;
}

export function Sentence(props: SentenceProps): Html {
  const { earlier } = props;
  return (
    <>
      <SeenOn {...props} />
      <Standing {...props} />
      {earlier.length === 0
        ? null
        : ` An earlier version is served by ${earlier.map((it) => it.targetName).join(", ")}.`}
    </>
  );
}

/** Only what was looked at counts. */
function SeenOn({ of, served = [], now }: SentenceProps): Html | null {
  const { targetIds = [] } = of;
  if (targetIds.length === 0 || of.notAfter === null) return null;
  const seen = served.filter(
    (it) => it.isCurrent && it.state === "Deployed" && targetIds.includes(it.targetId),
  );
  const last = seen.reduce((at, it) => Math.max(at, it.seenAt ?? 0), 0);
  const all = `${targetIds.length} ${targetIds.length === 1 ? "target" : "targets"}`;
  return (
    <>
      {"Seen on "}
      <b>{`${seen.length} of ${all}`}</b>
      {last === 0 ? "" : `, the last time ${relative(instant(last), now)}`}
      {". "}
    </>
  );
}

function Standing({ of, earlier, now }: SentenceProps): Html {
  const present = earlier.length === 0 ? "The present one stays in use and" : "The present one";
  switch (of.status) {
    case "Pending":
      return <>It is being issued for the first time.</>;
    case "Active":
    case "Expiring":
      return (
        <>
          {"Valid "}
          <Until at={of.notAfter} now={now} />
          {". "}
          <Renewal of={of} now={now} />
        </>
      );
    case "Expired":
      return (
        <>
          {"It expired "}
          <Until at={of.notAfter} now={now} />
          {". "}
          <Renewal of={of} now={now} />
        </>
      );
    case "RenewalInProgress":
      return (
        <>
          {`It is being renewed. ${present} is valid `}
          <Until at={of.notAfter} now={now} />.
        </>
      );
    case "Failed":
      return of.notAfter === null ? (
        <>It could not be issued.</>
      ) : (
        <>
          {`It could not be renewed. ${present} is valid `}
          <Until at={of.notAfter} now={now} />
          {". "}
          <Renewal of={of} now={now} />
        </>
      );
    case "Revoked":
      return (
        <>
          {"It was revoked "}
          <Time at={of.revokedAt} now={now} />
          {of.revocationReason ? `: ${of.revocationReason}` : ""}.
        </>
      );
    case "Archived":
      return (
        <>
          {"It was archived "}
          <Time at={of.archivedAt} now={now} />: it is neither renewed nor deployed.
        </>
      );
  }
}

function Renewal({ of, now }: Omit<SentenceProps, "earlier">): Html {
  if (of.renewAt === null) return <>It is not renewed by itself.</>;
  if (of.renewAt <= now) return <>Its renewal is due.</>;
  return (
    <>
      {"Renews by itself "}
      <b>{relative(of.renewAt, now)}</b>
      {`, on ${shortly(of.renewAt)}.`}
    </>
  );
}
