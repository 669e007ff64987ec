/** SQL of test sets, their tests and their metrics. */
import { expressionBuilder, sql, type RawBuilder, type Selectable } from "kysely";
import type { TestKind } from "@rhesis/engine/conversation/schema";
import { notFound } from "@rhesis/telemetry/app-error";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { DB, TestSet } from "../database.generated.ts";
import { holds } from "../like.ts";
import { countLimit, decodeCursor, readPage, toPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";
import { labelsOf } from "./label-names.ts";
import { testItemColumns, testLabels, type TestItemRow } from "./test.ts";

const columns = [
  "id",
  "project_id",
  "kind",
  "name",
  "description",
  "test_count",
  "created_at",
  "updated_at",
  "version",
] as const;

export type TestSetRow = Pick<Selectable<TestSet>, (typeof columns)[number]>;

/** A page of test sets; `q` finds a part of the name or the description, ignoring case. */
export function listTestSets(
  tx: Tx,
  args: PageArgs & { project_id?: string | undefined; q?: string | undefined },
): Promise<Page<TestSetRow>> {
  let matches = tx.selectFrom("test_set").where("deleted_at", "is", null);
  const { project_id, q } = args;
  if (project_id !== undefined) matches = matches.where("project_id", "=", project_id);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "test_set", matches.select(columns), matches);
}

/** @throws not_found */
export function getTestSet(tx: Tx, id: string): Promise<TestSetRow> {
  return getAsset(tx, "test_set", id, columns);
}

/** @throws conflict where the name is taken in the project; invalid where the project is absent */
export function createTestSet(
  tx: Tx,
  values: { project_id: string; kind: TestKind; name: string; description: string },
): Promise<TestSetRow> {
  return createAsset(tx, "test_set", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function updateTestSet(
  tx: Tx,
  asset: AssetVersion,
  changes: { name?: string | undefined; description?: string | undefined },
): Promise<TestSetRow> {
  return patchAsset(tx, "test_set", asset, changes, columns);
}

/**
 * Holds the set for this transaction, so that two additions to it follow each other.
 * @throws not_found
 */
export async function lockTestSet(tx: Tx, id: string): Promise<Pick<TestSetRow, "id" | "project_id" | "kind">> {
  const row = await tx
    .selectFrom("test_set")
    .select(["id", "project_id", "kind"])
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound("test set");
  return row;
}

/** Tests of this project that are not deleted, out of `test_ids`. */
export async function readAddableTests(
  tx: Tx,
  { project_id, test_ids }: { project_id: string; test_ids: readonly string[] },
): Promise<{ id: string; kind: TestKind }[]> {
  return tx
    .selectFrom("test")
    .select(["id", "kind"])
    .where(sql<boolean>`id = any(${[...test_ids]}::uuid[])`)
    .where("project_id", "=", project_id)
    .where("deleted_at", "is", null)
    .execute();
}

export type SetTests = { id: string; test_ids: readonly string[] };

/** `positions` has one for each of `test_ids`; left out, they come last. */
export type PlacedTests = SetTests & { positions?: readonly number[] | undefined };

/** Adds tests in the order given; those in the set already keep their place. Returns how many are new. */
export async function addTests(tx: Tx, { id, test_ids, positions = [] }: PlacedTests): Promise<number> {
  const result = await sql`
    insert into test_set_test (test_set_id, test_id, position)
    select ${id}::uuid, t.test_id, coalesce(t.position,
      t.nr + coalesce((select max(s.position) from test_set_test s where s.test_set_id = ${id}), 0))
    from unnest(${[...test_ids]}::uuid[], ${[...positions]}::integer[]) with ordinality as t (test_id, position, nr)
    on conflict do nothing`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Returns how many were in the set. */
export async function removeTests(tx: Tx, { id, test_ids }: SetTests): Promise<number> {
  const result = await sql`delete from test_set_test
    where test_set_id = ${id} and test_id = any(${[...test_ids]}::uuid[])`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

export type TestInSetRow = TestItemRow & { position: number };

/** Places of the set whose test has `q` in its name or input. */
function placesThat(q: string | undefined): RawBuilder<unknown> {
  if (q === undefined) return sql``;
  const found = holds(expressionBuilder<DB, "test">(), q, "test.name", "test.input");
  return sql`and s.test_id in (select test.id from test where ${found})`;
}

async function countPlaces(tx: Tx, id: string, q: string): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::integer as total from (
      select from test_set_test s where s.test_set_id = ${id} and s.is_live ${placesThat(q)} limit ${countLimit + 1}
    ) matched`.execute(tx);
  return rows[0]?.total ?? 0;
}

/**
 * A page of the set's tests, in the order of the set; `q` finds a part of the name or the input, ignoring case.
 * @throws not_found
 */
export async function listTestsOfSet(
  tx: Tx,
  args: PageArgs & { id: string; q?: string | undefined },
): Promise<Page<TestInSetRow>> {
  const descending = args.sort === "-position";
  const way = descending ? sql`desc` : sql`asc`;
  const cursor = args.cursor === undefined || args.cursor === null ? undefined : decodeCursor(args.cursor, "integer");
  const beyond =
    cursor === undefined
      ? sql``
      : sql`and (s.position, s.test_id) ${descending ? sql`<` : sql`>`} (${cursor[0]}, ${cursor[1]}::uuid)`;
  const { id, q } = args;
  const [set, { rows }, found] = await Promise.all([
    getTestSet(tx, id),
    sql<TestInSetRow>`
      with place as materialized (
        select s.position, s.test_id from test_set_test s
        where s.test_set_id = ${id} and s.is_live ${beyond} ${placesThat(q)}
        order by s.position ${way}, s.test_id ${way} limit ${args.limit + 1} offset ${args.offset ?? 0}
      ), page as materialized (
        select ${testItemColumns} from test where id = any(array(select test_id from place)) and deleted_at is null
      ), ${labelsOf("page", testLabels)}
      select page.*, place.position, r.name as requirement_name, t.name as topic_name, c.name as category_name
      from place join page on page.id = place.test_id
        left join requirement_of r on r.id = page.requirement_id left join topic_of t on t.id = page.topic_id
        left join category_of c on c.id = page.category_id
      order by place.position ${way}, place.test_id ${way}`.execute(tx),
    q === undefined ? null : countPlaces(tx, id, q),
  ]);
  const total = Math.min(found ?? set.test_count, countLimit + 1);
  return toPage(args, "position", rows, total);
}

export type SetMetrics = { id: string; metric_ids: string[] };

/** Returns how many were not there before. */
export async function addSetMetrics(tx: Tx, { id, metric_ids }: SetMetrics): Promise<number> {
  const result = await sql`
    insert into test_set_metric (test_set_id, metric_id)
    select ${id}::uuid, m from unnest(${metric_ids}::uuid[]) m
    on conflict do nothing`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Returns how many were there. */
export async function removeSetMetrics(tx: Tx, { id, metric_ids }: SetMetrics): Promise<number> {
  const result = await sql`delete from test_set_metric
    where test_set_id = ${id} and metric_id = any(${metric_ids}::uuid[])`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}
