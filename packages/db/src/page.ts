/** One page of a list: keyset paging with the id as tiebreak, offset paging for REST clients, and a bounded count. */
import { sql, type RawBuilder, type SelectQueryBuilder } from "kysely";
import { AppError } from "@rhesis/telemetry/app-error";
import type { DB } from "./database.generated.ts";
import type { Tx } from "./tenant.ts";

/** Counting stops here; beyond it a list says "10,000+". */
export const countLimit = 10_000;

export type PageArgs = {
  limit: number;
  /** Where the previous page ended, from its `next_cursor`. */
  cursor?: string | null | undefined;
  offset?: number | undefined;
  /** A column, descending with a leading `-`. Default: newest first. */
  sort?: string | undefined;
};

export type Page<Row> = {
  items: Row[];
  next_cursor: string | null;
  /** Rows that match, at most `countLimit`. */
  total: number;
  total_is_capped: boolean;
};

type CursorValue = { none: null; text: string; integer: number };

/**
 * @param rows selects what an item shows, from `table` filtered; must include `id` and the sort column
 * @param matches the same filter, selecting nothing; it is counted
 * Both leave in one round trip.
 */
export async function readPage<TB extends keyof DB, Row extends { id: string }>(
  tx: Tx,
  args: PageArgs,
  table: TB,
  rows: SelectQueryBuilder<DB, TB, Row>,
  matches: SelectQueryBuilder<DB, TB, object>,
): Promise<Page<Row>> {
  const { column, descending } = sortOf(args.sort);
  const [items, total] = await Promise.all([
    pageQuery(args, table, rows, column, descending).execute(),
    countUpTo(tx, matches),
  ]);
  return toPage(args, column, items, total);
}

/**
 * A page whose items show more than a row of `table`. `dress` gets the page as a query and must return its rows in the
 * same order: what it joins is read for the page's rows only, in the same round trip.
 * @param known_total where somebody has counted already; else `matches` are counted
 */
export async function readDressedPage<TB extends keyof DB, Row extends { id: string }, Item extends { id: string }>(
  tx: Tx,
  args: PageArgs,
  table: TB,
  rows: SelectQueryBuilder<DB, TB, Row>,
  matches: SelectQueryBuilder<DB, TB, object>,
  dress: (page: SelectQueryBuilder<DB, TB, Row>, way: RawBuilder<unknown>) => Promise<Item[]>,
  known_total?: Promise<number>,
): Promise<Page<Item>> {
  const { column, descending } = sortOf(args.sort);
  const page = pageQuery(args, table, rows, column, descending);
  const [items, total] = await Promise.all([
    dress(page, descending ? sql`desc` : sql`asc`),
    known_total ?? countUpTo(tx, matches),
  ]);
  return toPage(args, column, items, total);
}

/** @param items one more than `args.limit` where there is a next page */
export function toPage<Item extends object>(
  args: PageArgs,
  column: string,
  items: Item[],
  total: number,
  idColumn = "id",
): Page<Item> {
  const last = items.length > args.limit ? items[args.limit - 1] : undefined;
  return {
    items: items.slice(0, args.limit),
    next_cursor: last === undefined ? null : encodeCursor(last, column, idColumn),
    total: Math.min(total, countLimit),
    total_is_capped: total > countLimit,
  };
}

function sortOf(sort = "-created_at"): { column: string; descending: boolean } {
  const descending = sort.startsWith("-");
  const column = descending ? sort.slice(1) : sort;
  // Ids are version 7: their order is the order of creation, and the primary key is their index.
  return { column: column === "created_at" ? "id" : column, descending };
}

function pageQuery<TB extends keyof DB, Row>(
  args: PageArgs,
  table: TB,
  rows: SelectQueryBuilder<DB, TB, Row>,
  column: string,
  descending: boolean,
): SelectQueryBuilder<DB, TB, Row> {
  const way = descending ? "desc" : "asc";
  const id = sql.ref(`${table}.id`);
  const value = sql.ref(`${table}.${column}`);
  let query = rows.orderBy(value, way).limit(args.limit + 1);
  if (column !== "id") query = query.orderBy(id, way);
  if (args.offset !== undefined) query = query.offset(args.offset);
  if (args.cursor === undefined || args.cursor === null) return query;
  const [after, afterId] = decodeCursor(args.cursor, column === "id" ? "none" : "text");
  const beyond = descending ? sql`<` : sql`>`;
  return column === "id"
    ? query.where(sql<boolean>`${id} ${beyond} ${afterId}::uuid`)
    : query.where(sql<boolean>`(${value}, ${id}) ${beyond} (${after}, ${afterId}::uuid)`);
}

/** How many rows match, at most one more than `countLimit`. */
export async function countUpTo<TB extends keyof DB>(
  tx: Tx,
  matches: SelectQueryBuilder<DB, TB, object>,
): Promise<number> {
  const counted = matches.select(sql`1`.as("one")).limit(countLimit + 1);
  const row = await tx
    .selectFrom(counted.as("matched"))
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return row.total;
}

function encodeCursor(row: object, column: string, idColumn: string): string {
  const value: unknown = Reflect.get(row, column);
  const id: unknown = Reflect.get(row, idColumn);
  const plain = value instanceof Date ? value.toISOString() : value;
  return Buffer.from(JSON.stringify([column === idColumn ? null : plain, id])).toString("base64url");
}

/**
 * Where a page ended: the value it was sorted by and the id. Anybody can write a cursor, so that each part must be what
 * the statement takes. @throws invalid for what no list returned
 */
export function decodeCursor<Kind extends keyof CursorValue>(
  cursor: string,
  kind: Kind,
): [value: CursorValue[Kind], id: string] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(value) && value.length === 2 && isOfKind[kind](value[0]) && isUuid(value[1])) {
      return [value[0] as CursorValue[Kind], value[1]];
    }
  } catch {
    // Falls through to the same answer: a cursor is ours or it is refused.
  }
  throw new AppError("invalid", "The cursor is not one that a list returned.", [
    { path: ["cursor"], message: "Use next_cursor of the page before" },
  ]);
}

const isOfKind: Record<keyof CursorValue, (value: unknown) => boolean> = {
  none: (value) => value === null,
  text: (value) => typeof value === "string" && value.isWellFormed() && !value.includes("\u0000"),
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
};

function isUuid(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}
