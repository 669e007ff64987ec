/** The row that is open beside its table: found, loaded where it is further down, and brought into view. */
import { useEffect, useEffectEvent, useRef } from "react";
import type { ListPages } from "./list-pages.ts";

/** How the ids of a list grow. Ids are in the order of creation, so only a list in that order has one. */
export type IdOrder = "ascending" | "descending";

/** Of a list whose sort is this one; undefined where the ids say nothing about the place of a row. */
export function idOrderOf(sort: string | undefined): IdOrder | undefined {
  if (sort === undefined || sort === "-created_at") return "descending";
  return sort === "created_at" ? "ascending" : undefined;
}

/**
 * The open row is not looked for beyond so many rows: what is open is read in its panel anyway. Less far where the ids
 * do not tell that it is there at all.
 */
const furthest = { known: 10_000, unknown: 2_000 };

/** Whether a row with this id, which is not loaded, can come with the next pages. */
export function isFurtherDown(
  rows: readonly { id: string }[],
  openId: string | undefined,
  order: IdOrder | undefined,
): boolean {
  const last = rows.at(-1);
  if (openId === undefined || last === undefined) return false;
  if (order === undefined) return rows.length < furthest.unknown;
  if (rows.length >= furthest.known) return false;
  return order === "ascending" ? openId > last.id : openId < last.id;
}

type Options = {
  openId: string | undefined;
  order: IdOrder | undefined;
  /** Called when the open row is there, and when its place changes; `isNew` for the first time since it was opened. */
  onPlace: (index: number, isNew: boolean) => void;
};

/** @returns the place of the open row; -1 where none is open, or where it is not loaded */
export function useOpenRow<Row extends { id: string }>(pages: ListPages<Row>, options: Options): number {
  const { rows, has_more, is_stale, loadMore } = pages;
  const { openId, order } = options;
  const index = openId === undefined ? -1 : rows.findIndex((row) => row.id === openId);
  const isWanted = index < 0 && has_more && !is_stale && isFurtherDown(rows, openId, order);
  useEffect(() => {
    if (isWanted) loadMore();
  }, [isWanted, loadMore]);

  const placed = useRef<string | undefined>(undefined);
  const tell = useEffectEvent(options.onPlace);
  useEffect(() => {
    if (openId === undefined) placed.current = undefined;
    if (index < 0) return;
    tell(index, placed.current !== openId);
    placed.current = openId;
  }, [index, openId]);
  return index;
}
