/** What ends when, and how renewals and issuance went. */
/** @jsxImportSource hono/jsx */
import { Bars, BeatStrip, Numbers, peakOf } from "../chart.tsx";
import type { Html } from "../html.ts";
import { grouped } from "../list-table.tsx";
import { Panel } from "../panel.tsx";
import type { DashboardProps } from "./props.ts";
import { percent } from "./stats.tsx";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `2026-11-23` → `23 Nov`. */
export const dayWords = (date: string): string => {
  const [, month = "1", day = "1"] = date.split("-");
  return `${Number(day)} ${months[Number(month) - 1]}`;
};

export function ExpiryPanel({ timeline }: Pick<DashboardProps, "timeline">): Html {
  const { data } = timeline;
  const needing = [
    { fill: "f-bad", values: data.map((it) => it.failing) },
    { fill: "f-warn", values: data.map((it) => it.unplanned) },
  ] as const;
  const planned = [{ fill: "f-quiet", values: data.map((it) => it.planned) }] as const;
  return (
    <Panel
      title={`Expiry, next ${data.length} days`}
      sub={
        <span class="key">
          <Key fill="k-bad" words={`Renewal fails ${grouped(timeline.failing)}`} />
          <Key fill="k-warn" words={`No plan ${grouped(timeline.unplanned)}`} />
          <Key fill="k-quiet" words={`Renews by itself ${grouped(timeline.planned)}`} />
        </span>
      }
    >
      <figure
        class="chart pb"
        aria-label={`Certificates by the day they end, next ${data.length} days`}
      >
        <Lane title="Needs someone, per day" peak={peakOf(needing)}>
          <Bars layers={needing} height={56} shownHeight={72} />
        </Lane>
        <Lane title="Renews by itself, per day" peak={peakOf(planned)}>
          <Bars layers={planned} height={40} shownHeight={52} />
        </Lane>
        <Axis dates={data.map((it) => it.date)} first="Today" />
        <Numbers
          caption="Certificates by the day they end"
          head={["Day", "Renewal fails", "No plan", "Renews by itself"]}
          rows={data
            .filter((it) => it.count > 0)
            .map((it) => [it.date, it.failing, it.unplanned, it.planned])}
        />
      </figure>
    </Panel>
  );
}

const peakWords = (peak: number): string => (peak === 0 ? "none" : `peak ${grouped(peak)}`);

function Key({ fill, words }: { readonly fill: string; readonly words: string }): Html {
  return (
    <span>
      <i class={fill} />
      {words}
    </span>
  );
}

function Lane(props: {
  readonly title: string;
  readonly peak: number;
  readonly children: Html;
}): Html {
  return (
    <div class="lane mt-2">
      <p>
        <span>{props.title}</span>
        <span>{peakWords(props.peak)}</span>
      </p>
      {props.children}
    </div>
  );
}

/** Five dates at equal distances. */
function Axis({
  dates,
  first,
  last,
}: {
  readonly dates: readonly string[];
  readonly first?: string;
  readonly last?: string;
}): Html {
  const at = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (dates.length - 1)));
  return (
    <div class="axis">
      {at.map((index, place) => {
        const named = (place === 0 && first) || (place === 4 && last);
        return <span>{named || dayWords(dates[index] ?? "")}</span>;
      })}
    </div>
  );
}

export function RatesPanel({ counts }: Pick<DashboardProps, "counts">): Html {
  const renewals = counts.renewalsByDay;
  const issued = [
    { fill: "f-quiet", values: counts.issuedByDay.map((it) => it.count ?? 0) },
  ] as const;
  const days = renewals.length;
  return (
    <Panel title="Renewals and issuance" sub={`${days} days`}>
      <figure class="chart pb" aria-label="Renewals at first try and certificates issued, by day">
        <p class="flex justify-between gap-2 pb-1">
          <span>Renewals at first try</span>
          <span class="sub">{worstOf(renewals)}</span>
        </p>
        <BeatStrip beats={renewals.map((it) => ({ state: stateOf(it) }))} />
        <p class="mt-3 flex justify-between gap-2 pb-1">
          <span>Issued per day</span>
          <span class="sub">{peakWords(peakOf(issued))}</span>
        </p>
        <Bars layers={issued} height={60} shownHeight={84} />
        <Axis dates={counts.issuedByDay.map((it) => it.date)} last="Today" />
        <Numbers
          caption="Renewals and issuance by day"
          head={["Day", "Renewals", "At first try", "Issued"]}
          rows={renewals.map((it, at) => [
            it.date,
            it.of,
            it.count,
            counts.issuedByDay[at]?.count ?? "–",
          ])}
        />
      </figure>
    </Panel>
  );
}

type Day = DashboardProps["counts"]["renewalsByDay"][number];

/** A day without a renewal is no good day and no bad one. */
function stateOf({ count, of }: Day): "ok" | "warn" | "bad" | null {
  if (of === 0) return null;
  if (count === of) return "ok";
  return count / of >= 0.95 ? "warn" : "bad";
}

function worstOf(days: readonly Day[]): string {
  const known = days.filter((it) => it.of > 0);
  if (known.length === 0) return "none ended";
  const worst = known.reduce((a, b) => (b.count / b.of < a.count / a.of ? b : a));
  if (worst.count === worst.of) return "all of them";
  return `worst: ${dayWords(worst.date)}, ${percent(worst)}`;
}
