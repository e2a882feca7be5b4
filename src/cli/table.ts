/** Rows as an aligned table that fits the terminal. Control characters of values never reach it. */

export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
}

export interface Look {
  /** Columns of the terminal; undefined does not cut. */
  readonly width: number | undefined;
  readonly colour: boolean;
}

const gap = 2;
/** Narrower than this a column says nothing: rather leave the last one out. */
const narrowest = 12;
/** As many columns stay, however narrow the terminal. */
const fewest = 3;

export function renderTable(all: readonly Column[], look: Look): string {
  const wanted = all.map((it) => Math.max(...[it.title, ...it.cells].map(widthOf)));
  const columns = all.slice(0, columnsThatFit(wanted, look.width));
  const widths = narrowed(wanted.slice(0, columns.length), look.width);
  const count = columns[0]?.cells.length ?? 0;
  const line = (cellOf: (column: Column) => string, paint: (text: string) => string) =>
    columns
      .map((column, at) => {
        const isLast = at === columns.length - 1;
        const cell = cut(cellOf(column), widths[at] ?? 0);
        const blank = " ".repeat(isLast ? 0 : Math.max(0, (widths[at] ?? 0) - widthOf(cell) + gap));
        return paint(cell) + blank;
      })
      .join("")
      .trimEnd();
  const header = line((it) => it.title, look.colour ? bold : plain);
  const rows = Array.from({ length: count }, (_, at) =>
    line((it) => it.cells[at] ?? "", look.colour ? paintStatus : plain),
  );
  return [header, ...rows, ""].join("\n");
}

function columnsThatFit(wanted: readonly number[], available: number | undefined): number {
  if (available === undefined) return wanted.length;
  const least = wanted.map((width, at) => (at === 0 ? width : Math.min(width, narrowest)) + gap);
  let count = wanted.length;
  while (count > fewest && sumOf(least.slice(0, count)) - gap > available) count--;
  return count;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, it) => sum + it, 0);

/** Takes from the widest column until all fit; the first column is an id, which is of use only as a whole. */
function narrowed(widths: readonly number[], available: number | undefined): readonly number[] {
  const result = [...widths];
  const total = () => sumOf(result) + gap * (result.length - 1);
  while (available !== undefined && total() > available) {
    const widest = Math.max(...result.slice(1), 0);
    const at = result.lastIndexOf(widest);
    if (widest <= narrowest || at < 1) break;
    result[at] = widest - 1;
  }
  return result;
}

const widthOf = (text: string): number => Bun.stringWidth(text);

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const letter of text) {
    if (widthOf(kept + letter) > width - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}

const plain = (text: string): string => text;
const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`;

const colours: Readonly<Record<string, number>> = {
  active: 32,
  online: 32,
  completed: 32,
  success: 32,
  approved: 32,
  expiring: 33,
  pending: 33,
  running: 33,
  renewalinprogress: 33,
  awaitingcsr: 33,
  awaitingapproval: 33,
  untested: 33,
  expired: 31,
  failed: 31,
  failure: 31,
  revoked: 31,
  denied: 31,
  offline: 31,
  rejected: 31,
};

/** Colours a cell that is a status word as a whole. */
export function paintStatus(text: string): string {
  const colour = colours[text.toLowerCase()];
  return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[0m`;
}

/** Text without control characters and direction marks: a certificate's name must not move the cursor or reverse a line. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd");
}
