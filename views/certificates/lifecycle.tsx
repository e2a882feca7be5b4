/** The life of the current version on one line: asked for, issued, in place, seen; and ahead: renewal, expiry. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Life, shareOf } from "../life.tsx";
import { Panel } from "../panel.tsx";
import { type Names, Ref } from "../reference.tsx";
import { dateOf, lengthInWords, shortly, Time, took } from "../time.tsx";
import { lifeStateOf } from "./cells.tsx";

export interface LifecycleProps {
  readonly certificate: CertificateWithTargets;
  readonly versions: readonly VersionView[];
  readonly served: readonly DeploymentView[];
  readonly jobs: readonly JobView[];
  readonly names: Names;
  readonly now: Instant;
}

interface Step {
  readonly title: string;
  readonly icon: IconName;
  /** Null: it has not happened. */
  readonly at: Instant | null;
  readonly what: Html | string;
  /** It lies ahead. */
  readonly ahead?: boolean;
}

export function Lifecycle(props: LifecycleProps): Html | null {
  const { certificate, versions, now } = props;
  const current = versions.find((it) => it.isCurrent);
  if (!current) return null;
  const { notBefore, notAfter } = current;
  const used = shareOf(notBefore, notAfter, now);
  const life = lengthInWords(notAfter - notBefore) ?? "no time";
  const holders = versions.filter((it) => it.isCurrent).length;
  const sub =
    holders === 1 ? "The current version" : `The current versions of ${holders} key holders`;
  return (
    <Panel title="Lifecycle" sub={sub}>
      <div class="pb pt-4">
        <ol class="tl">
          {stepsOf(props, current).map((it, at, all) => (
            <StepView of={it} before={at === 0 ? null : (all[at - 1]?.at ?? null)} now={now} />
          ))}
        </ol>
        <div class="mt-4">
          <Life
            from={notBefore}
            to={notAfter}
            now={now}
            renewAt={certificate.renewAt}
            state={lifeStateOf(certificate)}
          />
          <div class="axis">
            <span>{dateOf(notBefore)}</span>
            <span>{`${life}, ${used} % used`}</span>
            <span>{dateOf(notAfter)}</span>
          </div>
        </div>
      </div>
    </Panel>
  );
}

function stepsOf(props: LifecycleProps, current: VersionView): readonly Step[] {
  const { certificate, served, names } = props;
  const places = served.filter((it) => it.isCurrent && certificate.targetIds.includes(it.targetId));
  const all = certificate.targetIds.length;
  const of = (n: number): string => `${n} of ${all} ${all === 1 ? "target" : "targets"}`;
  const installed = places.filter((it) => it.installedAt !== null);
  const seen = places.filter((it) => it.seenAt !== null && it.state === "Deployed");
  const job = jobOf(props, current);
  const deployment: readonly Step[] =
    all === 0
      ? []
      : [
          {
            title: "Deployed",
            icon: "rocket",
            at: latest(installed.map((it) => it.installedAt)),
            what: of(installed.length),
            ahead: installed.length < all,
          },
          {
            title: "Seen",
            icon: "eye",
            at: latest(seen.map((it) => it.seenAt)),
            what: of(seen.length),
            ahead: seen.length < all,
          },
        ];
  return [
    {
      title: "Requested",
      icon: "file-plus",
      at: job?.createdAt ?? null,
      what: job ? `${job.type}, ${job.requestedBy}` : certificate.source,
    },
    {
      title: "Issued",
      icon: "file-badge",
      at: current.createdAt,
      what: <Ref kind="issuer" id={current.issuerId} names={names} />,
    },
    ...deployment,
    ...aheadOf(certificate, current),
  ];
}

function aheadOf(certificate: CertificateWithTargets, current: VersionView): readonly Step[] {
  const expiry: Step = {
    title: "Expires",
    icon: "flag",
    at: current.notAfter,
    what: "",
    ahead: true,
  };
  if (certificate.renewAt === null) return [expiry];
  return [
    {
      title: "Renews",
      icon: "refresh-cw",
      at: certificate.renewAt,
      what: "by itself",
      ahead: true,
    },
    expiry,
  ];
}

/** The job that made the version: the last one that was asked for before it. */
function jobOf({ jobs }: LifecycleProps, { createdAt }: VersionView): JobView | undefined {
  return jobs
    .filter((it) => (it.type === "Issuance" || it.type === "Renewal") && it.createdAt <= createdAt)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

const latest = (all: readonly (Instant | null)[]): Instant | null =>
  all.reduce((a, b) => (b !== null && (a === null || b > a) ? b : a), null);

interface StepProps {
  readonly of: Step;
  readonly before: Instant | null;
  readonly now: Instant;
}

function StepView({ of, before, now }: StepProps): Html {
  return (
    <li class={of.ahead ? "todo" : undefined}>
      <Icon name={of.ahead ? of.icon : "check"} />
      <b>{of.title}</b>
      <span class="block">
        <Moment of={of} before={before} now={now} />
      </span>
      <span class="sub" dir="auto">
        {of.what}
      </span>
    </li>
  );
}

/** What followed within minutes is told by how long it took. */
function Moment({ of, before, now }: StepProps): Html {
  if (of.at === null) return <>{of.ahead ? "Not yet" : "–"}</>;
  const isPrompt = before !== null && of.at >= before && of.at - before < 600_000;
  if (!of.ahead && isPrompt) {
    return (
      <time datetime={new Date(of.at).toISOString()} title={shortly(of.at)}>
        {`+ ${took(before, of.at)}`}
      </time>
    );
  }
  return <Time at={of.at} now={now} />;
}
