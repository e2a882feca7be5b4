/** What a list is shown from. */
import type { Contract } from "#base/contract.ts";
import type { Choices, Frame, ShownProblem } from "./frame.ts";
import type { Html } from "./html.ts";
import type { Column } from "./table.tsx";

/** One page of a list, or why there is none. */
export interface Listed<Row> {
  readonly data: readonly Row[];
  readonly total: number;
  /** False: there are more than `total`. */
  readonly totalIsExact: boolean;
  readonly nextCursor: string | null;
  readonly problem: ShownProblem | undefined;
}

export interface ListTableProps<Row> {
  readonly of: Contract;
  readonly frame: Frame;
  readonly caption: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly list: Listed<Row>;
  readonly columns: readonly Column<Row>[];
  readonly choices?: Choices;
  /** What to say when nothing matches the filters. */
  readonly empty: string;
  /** What to show when there is nothing at all. */
  readonly none?: Html | undefined;
  /** What can be done with ticked rows. */
  readonly bulk?: Html | null;
  /** Above the table: whether more than the page is chosen. */
  readonly chosen?: Html | null;
  readonly class?: string;
  readonly rowId?: (row: Row) => string;
}
