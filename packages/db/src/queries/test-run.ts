/** SQL of test runs, as people see and steer them. What their executor does is in `run-execution.ts`. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { TestRun } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = [
  "id",
  "project_id",
  "test_set_id",
  "endpoint_id",
  "user_id",
  "name",
  "kind",
  "source_run_id",
  "experiment_id",
  "experiment_version",
  "schedule_id",
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
  "max_tokens",
  "max_cost",
  "booked_tokens",
  "booked_cost",
  "cancel_requested_at",
  "pause_requested_at",
  "pause_reason",
  "held_until",
  "started_at",
  "finished_at",
  "created_at",
  "updated_at",
  "version",
] as const;

type Row = Selectable<TestRun>;
type Names = { test_set_name: string; endpoint_name: string; user_name: string | null };

export type TestRunItemRow = Pick<Row, (typeof columns)[number]> & Names;
export type TestRunRow = TestRunItemRow & Pick<Row, "plan"> & { schedule_name: string | null };
export type RunStatus = Row["status"];

export type TestRunFilter = {
  project_id?: string | undefined;
  test_set_id?: string | undefined;
  endpoint_id?: string | undefined;
  experiment_id?: string | undefined;
  experiment_version?: number | undefined;
  schedule_id?: string | undefined;
  status?: RunStatus | undefined;
  q?: string | undefined;
};

/** A page of runs, with the names of their set, endpoint and starter; `q` finds a part of the name, ignoring case. */
export function listTestRuns(tx: Tx, args: PageArgs & TestRunFilter): Promise<Page<TestRunItemRow>> {
  let matches = tx.selectFrom("test_run").where("deleted_at", "is", null);
  for (const column of [
    "project_id",
    "test_set_id",
    "endpoint_id",
    "experiment_id",
    "schedule_id",
    "status",
  ] as const) {
    const value = args[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  const { q, experiment_version } = args;
  if (experiment_version !== undefined) matches = matches.where("experiment_version", "=", experiment_version);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name"));
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
    .leftJoin("schedule as c", "c.id", "r.schedule_id")
    .select(columns.map((column) => `r.${column}` as const))
    .select([
      "r.plan",
      "s.name as test_set_name",
      "e.name as endpoint_name",
      "u.name as user_name",
      "c.name as schedule_name",
    ])
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
  | "input_tokens"
  | "output_tokens"
  | "cost"
  | "max_tokens"
  | "max_cost"
  | "booked_tokens"
  | "booked_cost"
  | "error"
  | "cancel_requested_at"
  | "pause_requested_at"
  | "pause_reason"
  | "held_until"
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
      "input_tokens",
      "output_tokens",
      "cost",
      "max_tokens",
      "max_cost",
      "booked_tokens",
      "booked_cost",
      "error",
      "cancel_requested_at",
      "pause_requested_at",
      "pause_reason",
      "held_until",
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
export async function lockTestRun(
  tx: Tx,
  id: string,
): Promise<Pick<Row, "id" | "status" | "job_id" | "project_id" | "kind" | "pause_requested_at">> {
  const row = await tx
    .selectFrom("test_run")
    .select(["id", "status", "job_id", "project_id", "kind", "pause_requested_at"])
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound("test run");
  return row;
}

/** Asks the executor of a run to rest it once the calls under way have ended. */
export async function requestPause(tx: Tx, id: string, reason: string | null): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ pause_requested_at: sql<Date>`coalesce(pause_requested_at, now())`, pause_reason: reason })
    .where("id", "=", id)
    .execute();
}

/** Takes back a pause that the executor has not granted yet. */
export async function withdrawPause(tx: Tx, id: string): Promise<void> {
  await tx.updateTable("test_run").set({ pause_requested_at: null, pause_reason: null }).where("id", "=", id).execute();
}

/** Rests a run that nobody has begun; its job is not needed any more. The caller holds the run. */
export async function pauseQueuedRun(
  tx: Tx,
  run: { id: string; job_id: string | null; reason: string | null },
): Promise<void> {
  await Promise.all([
    tx
      .updateTable("test_run")
      .set({ status: "paused", pause_requested_at: sql<Date>`now()`, pause_reason: run.reason })
      .where("id", "=", run.id)
      .execute(),
    tx
      .updateTable("job")
      .set({ status: "cancelled", finished_at: sql<Date>`now()` })
      .where("id", "=", run.job_id)
      .where("status", "=", "queued")
      .execute(),
  ]);
}

/** Puts a paused run in line again, for another job. The caller holds the run. */
export async function requeueRun(tx: Tx, run: { id: string; job_id: string }): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ status: "queued", job_id: run.job_id, pause_requested_at: null, pause_reason: null })
    .where("id", "=", run.id)
    .execute();
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
