/** Charts drawn on the server: bars, lines and strips of equal cells. The numbers always stand as a table as well. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export type Fill = "f-bad" | "f-warn" | "f-run" | "f-quiet" | "f-ok" | "f-track";

/** One thing that is stacked: its value for each cell, from left to right. */
export interface Layer {
  readonly fill: Fill;
  readonly values: readonly number[];
}

export interface BarsProps {
  readonly layers: readonly Layer[];
  /** Of the drawing, in its own units; it is stretched to the width of the page. */
  readonly height: number;
  /** CSS pixels. */
  readonly shownHeight: number;
}

const cell = 8;
const bar = 6;

/** The largest sum of a cell. */
export const peakOf = (layers: readonly Layer[]): number =>
  sumsOf(layers).reduce((a, b) => Math.max(a, b), 0);

const sumsOf = (layers: readonly Layer[]): readonly number[] =>
  Array.from({ length: layers[0]?.values.length ?? 0 }, (_, at) =>
    layers.reduce((sum, it) => sum + (it.values[at] ?? 0), 0),
  );

/** What is more than nothing is seen: a bar is at least one unit high. */
export function Bars({ layers, height, shownHeight }: BarsProps): Html {
  const count = layers[0]?.values.length ?? 0;
  // An empty chart has a scale as well.
  const peak = Math.max(peakOf(layers), 1);
  const bases = new Array<number>(count).fill(height);
  const paths = layers.map(({ fill, values }) => {
    const parts = values.map((value, at) => {
      if (value === 0) return "";
      const tall = Math.max((value / peak) * height, 1);
      const top = Math.max((bases[at] ?? height) - tall, 0);
      bases[at] = top;
      return `M${at * cell} ${round(top + tall)}v-${round(tall)}h${bar}v${round(tall)}z`;
    });
    return { fill, d: parts.join("") };
  });
  return (
    <svg
      viewBox={`0 0 ${Math.max(count, 1) * cell} ${height}`}
      preserveAspectRatio="none"
      height={String(shownHeight)}
      aria-hidden="true"
    >
      {paths.map(({ fill, d }) => (d === "" ? null : <path class={fill} d={d} />))}
    </svg>
  );
}

const round = (n: number): string => String(Math.round(n * 10) / 10);

/** A line through the values that are known. */
export function Spark({ values }: { readonly values: readonly (number | null)[] }): Html | null {
  const known = values.filter((it) => it !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(Math.max(...known) - low, 1);
  const points = values.flatMap((value, at) =>
    value === null
      ? []
      : [`${round((at / (values.length - 1)) * 100)} ${round(19 - ((value - low) / span) * 18)}`],
  );
  return (
    <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      <path class="spark" d={`M${points.join("L")}`} />
    </svg>
  );
}

export interface Beat {
  /** Null: nothing is known of that time. */
  readonly state: "ok" | "warn" | "bad" | null;
}

const beatHeights = { ok: 18, warn: 13, bad: 9 } as const;

/** Equal cells; the height differs too, so that colour is not alone. Say the result in text beside it. */
export function BeatStrip({ beats }: { readonly beats: readonly Beat[] }): Html {
  const path = (state: "ok" | "warn" | "bad"): string =>
    beats
      .map((it, at) =>
        it.state === state ? `M${at * 4} 18v-${beatHeights[state]}h3v${beatHeights[state]}z` : "",
      )
      .join("");
  return (
    <svg
      class="beat"
      viewBox={`0 0 ${beats.length * 4 - 1} 18`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        class="f-track"
        d={beats.map((it, at) => (it.state === null ? `M${at * 4} 18v-3h3v3z` : "")).join("")}
      />
      <path class="f-ok" d={path("ok")} />
      <path class="f-warn" d={path("warn")} />
      <path class="f-bad" d={path("bad")} />
    </svg>
  );
}

export interface NumbersProps {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a chart shows, to read. */
export function Numbers({ caption, head, rows }: NumbersProps): Html {
  return (
    <details class="mt-2">
      <summary class="a sub w-fit">Numbers as a table</summary>
      <section class="tw mt-2 max-h-80 overflow-y-auto" tabindex={0} aria-label={caption}>
        <table class="tbl">
          <caption class="sr-only">{caption}</caption>
          <thead>
            <tr>
              {head.map((it, at) => (
                <th scope="col" class={at === 0 ? undefined : "num"}>
                  {it}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {row.map((it, at) => (
                  <td class={at === 0 ? undefined : "num"}>
                    {typeof it === "number" ? it.toLocaleString("en-US") : it}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
