/** The state of a target in words: what is in place there, whether it was seen, what the last test said. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { TargetView } from "#features/targets/target.ts";
import { countOf } from "../count.ts";
import type { Html } from "../html.ts";
import { relative } from "../time.tsx";

export interface TargetSentenceProps {
  readonly target: TargetView;
  readonly inPlace:
    | { readonly data: readonly DeploymentView[]; readonly total: number }
    | undefined;
  readonly now: Instant;
}

export function TargetSentence({ target, inPlace, now }: TargetSentenceProps): Html {
  if (target.retiredAt !== null) {
    const reason = target.retiredReason === null ? "." : `: ${target.retiredReason}`;
    return (
      <>
        <b>{`Retired ${relative(target.retiredAt, now)}`}</b>
        <span dir="auto">{reason}</span>
      </>
    );
  }
  return (
    <>
      <b>{placeWords(inPlace)}</b>
      {seenWords(inPlace?.data ?? [], now)}
      {target.enabled ? "" : " It is switched off: nothing is deployed to it."}
      {target.testStatus === "failed" ? " Its last test failed." : ""}
    </>
  );
}

function placeWords(inPlace: TargetSentenceProps["inPlace"]): string {
  if (!inPlace) return "A place where its agent installs certificates.";
  if (inPlace.total === 0) return "Nothing is in place here yet.";
  return `${countOf(inPlace.total, "certificate")} ${inPlace.total === 1 ? "is" : "are"} in place here.`;
}

/** Of what was looked at: how many the last look saw, and when the oldest of these looks was. */
function seenWords(all: readonly DeploymentView[], now: Instant): string {
  if (all.length === 0) return "";
  const seen = all.filter((it) => it.state === "Deployed" && it.seenAt !== null);
  if (seen.length === 0) return all.length === 1 ? " It was not seen." : " None was seen.";
  const oldest = Math.min(...seen.map((it) => it.seenAt ?? now)) as Instant;
  const when = relative(oldest, now);
  if (seen.length < all.length) return ` ${seen.length} of them seen as served, ${when}.`;
  return all.length === 1
    ? ` It was seen as served ${when}.`
    : ` All were seen as served, the first ${when}.`;
}
