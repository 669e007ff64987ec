/** Which columns of a table have room. */
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useMemo, useRef, useState, type CSSProperties } from "react";
import type { Column } from "./data-table-column.ts";

type Width = Pick<Column<never>, "width" | "wide_only">;

/** Pixels that a column takes at least: the first length of its track. */
export function leastWidth(columns: readonly Pick<Width, "width">[]): number {
  return columns.reduce((sum, { width }) => sum + Number(/(\d+)px/.exec(width)?.[1] ?? 120), 0);
}

/**
 * The columns that fit side by side: those a narrow screen can do without yield, the last one first.
 * @param room in pixels; null while nobody knows
 */
export function fittingColumns<Each extends Width>(columns: readonly Each[], room: number | null): readonly Each[] {
  if (room === null) return columns;
  let fitting = columns;
  while (leastWidth(fitting) > room) {
    const last = fitting.findLast(({ wide_only }) => wide_only === true);
    if (last === undefined) return fitting;
    fitting = fitting.filter((column) => column !== last);
  }
  return fitting;
}

const narrow = "(max-width: 48em)";
/** Pixels of the boxes that choose rows. */
const chooserWidth = 44;

/**
 * The columns that have room in a table. `measured` goes to the element that scrolls, which `scroll` then holds; `widths`
 * are the custom properties of the table's style sheet.
 */
export function useFittingColumns<Each extends Width>(all: readonly Each[], hasChooser: boolean) {
  const scroll = useRef<HTMLDivElement>(null);
  const isNarrow = useMediaQuery(narrow) ?? false;
  const [width, setWidth] = useState<number | null>(null);
  const measured = useCallback((element: HTMLDivElement) => {
    scroll.current = element;
    const read = () => setWidth(element.clientWidth);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      observer.disconnect();
      scroll.current = null;
    };
  }, []);
  const chooser = hasChooser ? chooserWidth : 0;
  const room = width === null ? null : width - chooser;
  const columns = useMemo(() => fittingColumns(all, isNarrow ? 0 : room), [all, isNarrow, room]);
  const tracks = columns.map((column) => column.width).join(" ");
  const widths = {
    "--columns": hasChooser ? `${chooser}px ${tracks}` : tracks,
    "--least": `${leastWidth(columns) + chooser}px`,
  } as CSSProperties;
  return { columns, scroll, measured, widths };
}
