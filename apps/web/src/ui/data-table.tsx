/** The table of every list: virtualised, sorted and paged by the server, moved through by keyboard. */
import { Box, Checkbox, Loader, Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { TableRow, type RowActions } from "./data-table-row.tsx";
import { SortHeader } from "./data-table-sort.tsx";
import { useTableKeys, type Steps } from "./data-table-keys.ts";
import type { Column } from "./data-table-column.ts";
import type { ListPages } from "./list-pages.ts";
import { ErrorState } from "./error-state.tsx";
import { useFittingColumns } from "./fitting-columns.ts";
import { ListFailure } from "./list-failure.tsx";
import { useOpenRow, type IdOrder } from "./open-row.ts";
import styles from "./data-table.module.css";

/**
 * Rows chosen for what is done with several at once. It is the one state of a table that is not in the address: it can be
 * longer than an address may be, and whoever follows a link should find nothing chosen that the next press would delete.
 */
export type Selection = { ids: ReadonlySet<string>; onChange: (ids: ReadonlySet<string>) => void };

type Props<Row extends { id: string }, Sort extends string> = {
  /** What the rows are, for people who cannot see the table: "Requirements". */
  label: string;
  columns: readonly Column<Row, Sort>[];
  pages: ListPages<Row>;
  empty: ReactNode;
  sort?: string | undefined;
  onSort?: (sort: Sort | `-${Sort}` | undefined) => void;
  /** The row that is open beside the table. */
  openId?: string | undefined;
  onOpen?: (row: Row) => void;
  onClose?: () => void;
  /** What the panel's Previous and Next do: the keys do the same where the rows that are loaded end. */
  steps?: Steps;
  /** Tells how far to look for an open row that is not loaded yet. */
  idOrder?: IdOrder | undefined;
  selection?: Selection;
  rowHeight?: number;
  /** Stands left in the footer; the count of rows otherwise. */
  footer?: ReactNode;
};

const headerHeight = 40;

function countText({ rows, total, total_is_capped }: ListPages<unknown>): string {
  if (total === null) return "";
  const all = `${total.toLocaleString("en")}${total_is_capped ? "+" : ""}`;
  return rows.length < total ? `${rows.length.toLocaleString("en")} of ${all} loaded` : `${all} in all`;
}

export function DataTable<Row extends { id: string }, Sort extends string>(props: Props<Row, Sort>) {
  const { label, columns: allColumns, pages, selection, openId, onOpen, rowHeight = 44 } = props;
  const { columns, scroll, measured, widths } = useFittingColumns(allColumns, selection !== undefined);
  const gridId = useId();
  const { rows } = pages;
  const [moved, setActive] = useState(-1);
  // oxlint-disable-next-line react/incompatible-library -- the table does not pass the virtualizer's functions on
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // Rows are counted from below the header, which takes its place from the end of what is seen.
    scrollPaddingEnd: headerHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  const { has_more, loadMore } = pages;
  useEffect(() => {
    if (has_more && lastShown >= rows.length - 30) loadMore();
  }, [has_more, lastShown, rows.length, loadMore]);

  const openIndex = useOpenRow(pages, {
    openId,
    order: props.idOrder,
    onPlace: (index, isNew) => {
      setActive(index);
      if (isNew)
        virtual.scrollToIndex(index, { align: items.some((item) => item.index === index) ? "auto" : "center" });
    },
  });
  const active = openId !== undefined && openIndex < 0 ? -1 : moved;

  const actions = useRowActions(rows, setActive, onOpen, selection);
  const onKeyDown = useTableKeys({
    count: rows.length,
    active,
    page: Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / rowHeight) - 1),
    setActive: (index) => {
      setActive(index);
      virtual.scrollToIndex(index);
      if (openId !== undefined) actions.open(index);
    },
    open: actions.open,
    steps: openId === undefined ? null : (props.steps ?? null),
    toggle: selection === undefined ? null : actions.select,
    close: openId === undefined ? null : (props.onClose ?? null),
  });

  if (rows.length === 0 && !pages.is_loading) {
    const failed = pages.error !== null;
    return (
      <div className={styles.frame}>
        <div className={styles.rest}>
          {failed ? <ErrorState error={pages.error} onRetry={pages.retry} /> : props.empty}
        </div>
      </div>
    );
  }
  return (
    <div className={styles.frame} style={widths} data-stale={pages.is_stale || undefined}>
      <div
        ref={measured}
        className={styles.scroll}
        role="grid"
        aria-label={label}
        aria-rowcount={(pages.total ?? rows.length) + 1}
        aria-busy={pages.is_loading || pages.is_stale}
        aria-activedescendant={active >= 0 && rows[active] !== undefined ? `${gridId}-${active}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && active < 0 && rows.length > 0) setActive(0);
        }}
      >
        <div role="row" aria-rowindex={1} className={styles.header}>
          {selection !== undefined && <SelectAll rows={rows} selection={selection} />}
          {columns.map((column) => (
            <SortHeader key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {pages.is_loading && <LoadingRows height={rowHeight} columns={columns.length} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <TableRow
                key={row.id}
                id={`${gridId}-${item.index}`}
                row={row}
                index={item.index}
                top={item.start}
                height={rowHeight}
                columns={columns}
                active={item.index === active}
                open={row.id === openId}
                selected={selection === undefined ? null : selection.ids.has(row.id)}
                opens={onOpen !== undefined}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
      <div className={styles.footer}>
        <span aria-live="polite">{props.footer ?? countText(pages)}</span>
        <ListFailure pages={pages} />
        {pages.is_loading_more && <Loader size={14} aria-label="Loading more rows" />}
      </div>
    </div>
  );
}

function SelectAll({ rows, selection }: { rows: readonly { id: string }[]; selection: Selection }) {
  const all = rows.length > 0 && rows.every((row) => selection.ids.has(row.id));
  return (
    <div role="columnheader" className={styles.cell}>
      <Checkbox
        size="xs"
        aria-label="Select all loaded rows"
        checked={all}
        indeterminate={!all && selection.ids.size > 0}
        onChange={() => selection.onChange(all ? new Set() : new Set(rows.map((row) => row.id)))}
      />
    </div>
  );
}

/** What a row can do, as one lasting object that always acts on the present rows and selection. */
function useRowActions<Row extends { id: string }>(
  rows: readonly Row[],
  setActive: (index: number) => void,
  onOpen: ((row: Row) => void) | undefined,
  selection: Selection | undefined,
): RowActions {
  const present = useRef({ rows, onOpen, selection });
  useLayoutEffect(() => {
    present.current = { rows, onOpen, selection };
  });
  return useMemo(
    () => ({
      open: (index) => {
        const row = present.current.rows[index];
        if (row === undefined) return;
        setActive(index);
        present.current.onOpen?.(row);
      },
      select: (index) => {
        const row = present.current.rows[index];
        const chosen = present.current.selection;
        if (row === undefined || chosen === undefined) return;
        const ids = new Set(chosen.ids);
        if (!ids.delete(row.id)) ids.add(row.id);
        chosen.onChange(ids);
      },
    }),
    [setActive],
  );
}

function LoadingRows({ height, columns }: { height: number; columns: number }) {
  return Array.from({ length: 8 }, (_, row) => (
    <Box key={row} role="row" style={{ display: "grid", gridTemplateColumns: "var(--columns)", height }}>
      {Array.from({ length: columns }, (_, column) => (
        <Box key={column} role="gridcell" px={12} style={{ alignSelf: "center" }}>
          <Skeleton height={12} width={column === 0 ? "70%" : "45%"} />
        </Box>
      ))}
    </Box>
  ));
}
