import { VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconSelector } from "@tabler/icons-react";
import { nextSort, type Column } from "./data-table-column.ts";
import styles from "./data-table.module.css";

const order = { ascending: IconArrowUp, descending: IconArrowDown, none: IconSelector };

function directionOf(sort: string | undefined, column: string): keyof typeof order {
  if (sort === column) return "ascending";
  return sort === `-${column}` ? "descending" : "none";
}

/** The head of a column; a button where the server can sort by it. */
export function SortHeader<Row, Sort extends string>(props: {
  column: Column<Row, Sort>;
  sort: string | undefined;
  onSort: ((sort: Sort | `-${Sort}` | undefined) => void) | undefined;
}) {
  const { column, sort, onSort } = props;
  const end = column.align === "end" || undefined;
  if (column.sort === undefined || onSort === undefined) {
    return (
      <div role="columnheader" className={styles.cell} data-end={end}>
        {column.title === "" ? <VisuallyHidden>Actions</VisuallyHidden> : column.title}
      </div>
    );
  }
  const by = column.sort;
  const direction = directionOf(sort, by);
  const Icon = order[direction];
  return (
    <div role="columnheader" className={styles.cell} data-end={end} aria-sort={direction}>
      <button type="button" className={styles.sort} onClick={() => onSort(nextSort(sort, by))}>
        <span className="one-line">{column.title}</span>
        <Icon size={14} aria-hidden />
      </button>
    </div>
  );
}
