/** SQL of test runs, as people see and steer them. What their executor does is in `run-execution.ts`. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { TestRun } from "../database.generated.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = [
  "id",
  "project_id",
  "test_set_id",
  "endpoint_id",
  "user_id",
  "name",
  "status",
  "error",
  "total",
  "passed",
  "failed",
  "inconclusive",
  "errored",
  "input_tokens",
  "output_tokens",
  "cost",
  "cancel_requested_at",
  "started_at",
  "finished_at",
  "created_at",
  "updated_at",
  "version",
] as const;

type Row = Selectable<TestRun>;
type Names = { test_set_name: string; endpoint_name: string; user_name: string | null };

export type TestRunItemRow = Pick<Row, (typeof columns)[number]> & Names;
export type TestRunRow = TestRunItemRow & Pick<Row, "plan">;
export type RunStatus = Row["status"];

export type TestRunFilter = {
  project_id?: string | undefined;
  test_set_id?: string | undefined;
  endpoint_id?: string | undefined;
  status?: RunStatus | undefined;
};

/** A page of runs, with the names of their set, endpoint and starter. */
export function listTestRuns(tx: Tx, args: PageArgs & TestRunFilter): Promise<Page<TestRunItemRow>> {
  let matches = tx.selectFrom("test_run").where("deleted_at", "is", null);
  for (const column of ["project_id", "test_set_id", "endpoint_id", "status"] as const) {
    const value = args[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  return readDressedPage(tx, args, "test_run", matches.select(columns), matches, async (page, way) => {
    const named = await sql<TestRunItemRow>`
      with page as materialized (${page}),
        s as materialized (select id, name from test_set where id = any(array(select test_set_id from page))),
        e as materialized (select id, name from endpoint where id = any(array(select endpoint_id from page))),
        u as materialized (select id, name from "user" where id = any(array(select user_id from page)))
      select page.*, s.name as test_set_name, e.name as endpoint_name, u.name as user_name
      from page join s on s.id = page.test_set_id join e on e.id = page.endpoint_id left join u on u.id = page.user_id
      order by page.id ${way}`.execute(tx);
    return named.rows;
  });
}

/** @throws not_found */
export async function getTestRun(tx: Tx, id: string): Promise<TestRunRow> {
  const row = await tx
    .selectFrom("test_run as r")
    .innerJoin("test_set as s", "s.id", "r.test_set_id")
    .innerJoin("endpoint as e", "e.id", "r.endpoint_id")
    .leftJoin("user as u", "u.id", "r.user_id")
    .select(columns.map((column) => `r.${column}` as const))
    .select(["r.plan", "s.name as test_set_name", "e.name as endpoint_name", "u.name as user_name"])
    .where("r.id", "=", id)
    .where("r.deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("test run");
  return row;
}

export type RunProgressRow = Pick<
  Row,
  | "id"
  | "project_id"
  | "status"
  | "total"
  | "passed"
  | "failed"
  | "inconclusive"
  | "errored"
  | "cancel_requested_at"
  | "started_at"
  | "finished_at"
>;

/** Where a run is: one row by its key. @throws not_found */
export async function readRunProgress(tx: Tx, id: string): Promise<RunProgressRow> {
  const row = await tx
    .selectFrom("test_run")
    .select([
      "id",
      "project_id",
      "status",
      "total",
      "passed",
      "failed",
      "inconclusive",
      "errored",
      "cancel_requested_at",
      "started_at",
      "finished_at",
    ])
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("test run");
  return row;
}

/** Holds a run against whoever else would move it. @throws not_found */
export async function lockTestRun(tx: Tx, id: string): Promise<Pick<Row, "id" | "status" | "job_id">> {
  const row = await tx
    .selectFrom("test_run")
    .select(["id", "status", "job_id"])
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound("test run");
  return row;
}

/** Asks the executor of a run to stop. */
export async function requestCancel(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, now())` })
    .where("id", "=", id)
    .execute();
}

/** Asks the executors of all runs that are not over to stop; a run that nobody has begun ends when it is begun. */
export async function requestCancelOfAll(tx: Tx): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ cancel_requested_at: sql<Date>`now()` })
    .where("status", "in", ["queued", "running"])
    .where("cancel_requested_at", "is", null)
    .execute();
}

/** Ends a run that nobody has begun: it, its results and its job become cancelled. The caller holds the run. */
export async function cancelQueuedRun(tx: Tx, run: { id: string; job_id: string | null }): Promise<void> {
  const ended = { status: "cancelled", finished_at: sql<Date>`now()` } as const;
  await Promise.all([
    tx
      .updateTable("test_run")
      .set({ ...ended, cancel_requested_at: sql<Date>`now()` })
      .where("id", "=", run.id)
      .execute(),
    tx
      .updateTable("test_result")
      .set(ended)
      .where("test_run_id", "=", run.id)
      .where("status", "in", ["pending", "running"])
      .execute(),
    tx.updateTable("job").set(ended).where("id", "=", run.job_id).where("status", "=", "queued").execute(),
  ]);
}
