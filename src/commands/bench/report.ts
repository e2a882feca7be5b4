/** What a measurement prints: a table for people, JSON for machines; figures as medians and percentiles. */

/** Rows of one shape; numbers are shown as they are given, so round them first. */
export interface Report {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** What the figures hang on: machine, sizes, what was not reached. */
  readonly notes: readonly string[];
}

export function print(report: Report, asJson: boolean): void {
  process.stdout.write(asJson ? `${JSON.stringify(report)}\n` : tableOf(report));
}

function tableOf({ title, rows, notes }: Report): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((it) => String(row[it] ?? "")))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${[title, "", ...lines, "", ...notes].join("\n")}\n`;
}

/** The value below which `share` of the values lie; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Two decimals where they say something. */
export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
