/** The numbers, each with what it was. */
/** @jsxImportSource hono/jsx */
import { days, later, toRfc3339 } from "#base/time.ts";
import type { Counts } from "#features/overview/stats-api.ts";
import { Spark } from "../chart.tsx";
import type { Html } from "../html.ts";
import { grouped } from "../list-table.tsx";

const period = days(14);

const unplannedIn = ({ asOf }: Counts): string =>
  `/certificates?expires_after=${toRfc3339(asOf)}&expires_before=${toRfc3339(later(asOf, period))}&renewal=none&sort=not_after`;

type Trend = Counts["certificates"];

export function Stats({ counts }: { readonly counts: Counts }): Html {
  const { certificates, expiringUnplanned, failing, renewedAtFirst, inUse } = counts;
  return (
    <div class="stats">
      <Stat
        href="/certificates"
        title="Certificates"
        value={grouped(certificates.now)}
        spark={counts.certificatesByDay.map((it) => it.count)}
        sub={change(certificates.now, certificates.monthAgo, "in 30 days")}
      />
      <Stat
        href={unplannedIn(counts)}
        title="End in 14 days, no plan"
        value={grouped(expiringUnplanned.now)}
        tone={expiringUnplanned.now > 0 ? "warn" : ""}
        sub={compared(expiringUnplanned, "weekAgo", "than last week")}
      />
      <Stat
        href="/certificates?status=Failed"
        title="Failing"
        value={grouped(failing.now)}
        tone={failing.now > 0 ? "bad" : ""}
        sub={compared(failing, "yesterday", "than yesterday")}
      />
      <Stat
        href="/jobs?type=Renewal"
        title="Renewed at first try"
        value={percent(renewedAtFirst)}
        sub={`${grouped(renewedAtFirst.count)} of ${grouped(renewedAtFirst.of)} in 30 days`}
      />
      <Stat
        href="/jobs"
        title="Issued in 24 h"
        value={grouped(counts.issuedInADay)}
        spark={counts.issuedByDay.slice(-14).map((it) => it.count)}
        sub={`${grouped(counts.issuedByDay.reduce((sum, it) => sum + (it.count ?? 0), 0))} in 30 days`}
      />
      <Stat
        href="/targets"
        title="Seen in use"
        value={percent(inUse)}
        sub={`${grouped(inUse.count)} of ${grouped(inUse.of)} ${inUse.of === 1 ? "deployment" : "deployments"}`}
      />
    </div>
  );
}

interface StatProps {
  readonly href: string;
  readonly title: string;
  readonly value: string;
  readonly sub: string;
  readonly tone?: "" | "warn" | "bad";
  readonly spark?: readonly (number | null)[];
}

function Stat({ href, title, value, sub, tone = "", spark }: StatProps): Html {
  return (
    <a href={href}>
      <span class="k">{title}</span>
      <span class={`v ${tone}`.trim()}>
        {value}
        {spark ? <Spark values={spark} /> : null}
      </span>
      <span class="sub">{sub}</span>
    </a>
  );
}

/** Of nothing there is no share. */
export const percent = ({ count, of }: { readonly count: number; readonly of: number }): string => {
  if (of === 0) return "–";
  // 99.996 % is not all: only all is 100 %.
  const share = Math.floor((count / of) * 10_000) / 100;
  return `${share === Math.round(share) ? share : share.toFixed(share >= 99 ? 2 : 1)} %`;
};

function change(now: number, then: number | null, when: string): string {
  if (then === null) return `No record ${when}`;
  if (now === then) return `As many ${when}`;
  return `${now > then ? "+" : "−"}${grouped(Math.abs(now - then))} ${when}`;
}

function compared(trend: Trend, key: "yesterday" | "weekAgo", than: string): string {
  const then = trend[key];
  if (then === null) return trend.now === 0 ? "None" : `No record to compare with`;
  const difference = trend.now - then;
  if (difference === 0) return than.replace("than", "As");
  return `${grouped(Math.abs(difference))} ${difference > 0 ? "more" : "fewer"} ${than}`;
}
