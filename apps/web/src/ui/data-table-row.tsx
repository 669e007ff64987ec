import { Checkbox } from "@mantine/core";
import { memo } from "react";
import type { Column } from "./data-table-column.ts";
import styles from "./data-table.module.css";

type Props<Row> = {
  id: string;
  row: Row;
  index: number;
  top: number;
  height: number;
  columns: readonly Column<Row>[];
  active: boolean;
  open: boolean;
  /** null where rows cannot be selected. */
  selected: boolean | null;
  opens: boolean;
  actions: RowActions;
};

/** The same object on each pass, so that a row need not be drawn again for it. */
export type RowActions = { open: (index: number) => void; select: (index: number) => void };

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a,button,input,label") !== null;
}

function Row<T>(props: Props<T>) {
  const { row, columns, selected, index, actions } = props;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid around it handles the keys
    <div
      role="row"
      id={props.id}
      aria-rowindex={index + 2}
      aria-selected={selected ?? props.open}
      className={styles.row}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
      data-opens={props.opens || undefined}
      data-active={props.active || undefined}
      data-open={props.open || undefined}
      data-selected={selected === true || undefined}
      onClick={(event) => {
        if (!isControl(event.target)) actions.open(index);
      }}
    >
      {selected !== null && (
        <div role="gridcell" className={styles.cell}>
          <Checkbox
            size="xs"
            aria-label="Select this row"
            checked={selected}
            onChange={() => actions.select(index)}
            tabIndex={-1}
          />
        </div>
      )}
      {columns.map((column) => (
        <div role="gridcell" key={column.key} className={styles.cell} data-end={column.align === "end" || undefined}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

export const TableRow = memo(Row) as typeof Row;
