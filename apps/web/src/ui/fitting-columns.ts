/** Which columns of a table have room. */
import { useCallback, useState } from "react";
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

/** The width of an element as it changes, in pixels; null before it is on the page. */
export function useWidth(): [measure: (element: HTMLElement | null) => (() => void) | undefined, width: number | null] {
  const [width, setWidth] = useState<number | null>(null);
  const measure = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const read = () => setWidth(element.clientWidth);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [measure, width];
}
