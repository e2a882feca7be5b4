/** What has happened to the current version, and what lies ahead of it, in order. Pure. */
/** @jsxImportSource hono/jsx */
import { type Instant, instant } from "#base/time.ts";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import type { IconName } from "../icon.tsx";
import { type Names, Ref } from "../reference.tsx";
import { earlierAt } from "./served.tsx";

export interface LifecycleProps {
  readonly certificate: CertificateWithTargets;
  readonly versions: readonly VersionView[];
  /** The newest, also of what is in place no more. */
  readonly deployments: readonly DeploymentView[];
  /** What was put in place last, by target. */
  readonly served: readonly DeploymentView[];
  readonly jobs: readonly JobView[];
  readonly names: Names;
  readonly now: Instant;
}

export interface Step {
  readonly title: string;
  readonly icon: IconName;
  /** Null: it has not happened. */
  readonly at: Instant | null;
  readonly what: Html | string;
  /** It lies ahead. */
  readonly ahead?: boolean;
  /** Said in place of a time. */
  readonly moment?: string;
}

export function stepsOf(props: LifecycleProps, current: VersionView): readonly Step[] {
  return [
    ...requested(props, current),
    {
      title: "Issued",
      icon: "file-badge",
      at: current.createdAt,
      what: <Ref kind="issuer" id={current.issuerId} names={props.names} />,
    },
    ...placed(props),
    ...aheadOf(props.certificate, current),
  ];
}

/** Where nothing on record tells when it was asked for, nothing is said of it. */
function requested(props: LifecycleProps, current: VersionView): readonly Step[] {
  const { certificate, versions } = props;
  const step = { title: "Requested", icon: "file-plus" } as const;
  const job = jobOf(props, current);
  if (job) return [{ ...step, at: job.createdAt, what: `${job.type}, ${job.requestedBy}` }];
  // A client's request is signed in the answer to it, without a job.
  if (current.holder === null) {
    return [{ ...step, at: current.createdAt, what: "with a signing request of the client" }];
  }
  return versions.length === 1
    ? [{ ...step, at: certificate.createdAt, what: certificate.source }]
    : [];
}

/** The job that made the version was under way when it was made, for who holds its key. */
function jobOf({ jobs }: LifecycleProps, { createdAt, holder }: VersionView): JobView | undefined {
  return jobs
    .filter((it) => it.type === "Issuance" || it.type === "Renewal")
    .filter((it) => it.agentId === holder && it.createdAt <= createdAt)
    .filter((it) => it.completedAt === null || it.completedAt >= createdAt)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

/** The targets of today; what was in place there and is so no more has happened all the same. */
function placed({ certificate, versions, ...of }: LifecycleProps): readonly Step[] {
  const { targetIds } = certificate;
  if (targetIds.length === 0) return [];
  const here = (it: DeploymentView) => it.isCurrent && targetIds.includes(it.targetId);
  const now = of.served.filter(here);
  const before = of.deployments
    .filter((it) => here(it) && it.installedAt !== null)
    .filter(({ targetId }) => !now.some((it) => it.targetId === targetId));
  const installed = [...now, ...before];
  const isSeen = (it: DeploymentView) =>
    versions.some(
      ({ id, fingerprint }) => id === it.versionId && fingerprint === it.seenFingerprint,
    );
  const seen = [...now.filter((it) => it.state === "Deployed"), ...before.filter(isSeen)];
  const back = earlierAt(of.served, targetIds).filter((it) =>
    before.some(({ targetId }) => targetId === it.targetId),
  ).length;
  const all = targetIds.length;
  const step = (title: string, icon: IconName, some: readonly Instant[], after: string): Step => ({
    title,
    icon,
    at: some.length === 0 ? null : latest(some),
    what: `${some.length} of ${all} ${all === 1 ? "target" : "targets"}${some.length === 0 ? "" : after}`,
    ahead: some.length < all,
  });
  return [
    step("Deployed", "rocket", installed.flatMap(installedAt), replacedOn(back, all)),
    step("Seen", "eye", seen.flatMap(seenAt), back === 0 ? "" : ", before that"),
  ];
}

/** Someone deployed an earlier version again. */
function replacedOn(n: number, all: number): string {
  if (n === 0) return "";
  return `; an earlier version was put in its place since${n === all ? "" : ` on ${n}`}`;
}

const installedAt = (it: DeploymentView): Instant[] =>
  it.installedAt === null ? [] : [it.installedAt];
const seenAt = (it: DeploymentView): Instant[] => (it.seenAt === null ? [] : [it.seenAt]);

const latest = (all: readonly Instant[]): Instant => instant(Math.max(...all));

function aheadOf(certificate: CertificateWithTargets, current: VersionView): readonly Step[] {
  const expiry: Step = {
    title: "Expires",
    icon: "flag",
    at: current.notAfter,
    what: "",
    ahead: true,
  };
  const renewal = { title: "Renews", icon: "refresh-cw", ahead: true } as const;
  const { status, renewAt } = certificate;
  if (status === "Archived" || status === "Revoked") return [expiry];
  if (status === "RenewalInProgress") {
    return [{ ...renewal, title: "Renewal", at: null, what: "under way", moment: "Now" }, expiry];
  }
  if (renewAt === null) return [expiry];
  return [{ ...renewal, at: renewAt, what: "by itself" }, expiry];
}
