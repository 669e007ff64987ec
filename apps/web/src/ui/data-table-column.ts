import type { ReactNode } from "react";

export type Column<Row, Sort extends string = string> = {
  key: string;
  /** Empty for a column of buttons. */
  title: string;
  cell: (row: Row) => ReactNode;
  /** A grid track: `120px`, `minmax(160px, 2fr)`. */
  width: string;
  /** Name of the sort that the list procedure knows. */
  sort?: Sort;
  align?: "end";
  /** Left out on narrow screens. */
  wide_only?: boolean;
};

/** The sort after a click on a column: ascending, descending, then back to the list's own order. */
export function nextSort<Sort extends string>(
  current: string | undefined,
  column: Sort,
): Sort | `-${Sort}` | undefined {
  if (current === column) return `-${column}`;
  if (current === `-${column}`) return undefined;
  return column;
}
