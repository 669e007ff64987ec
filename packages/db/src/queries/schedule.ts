/** SQL of schedules: as people keep them, and as the clock moves them on. */
import { sql, type RawBuilder, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import { createAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Membership, Schedule, TestRun } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";
import type { ParametersRequest } from "./parameters.ts";

const columns = [
  "id",
  "project_id",
  "test_set_id",
  "endpoint_id",
  "user_id",
  "name",
  "cron",
  "time_zone",
  "enabled",
  "next_at",
  "last_started_at",
  "last_error",
  "created_at",
  "updated_at",
  "version",
] as const;

const choiceColumns = ["metric_ids", "repeats", "concurrency", "pause_after_errors", "params", "parameters"] as const;

type Row = Selectable<Schedule>;
type RunStatus = Selectable<TestRun>["status"];

/** The run that it started last, unless that was deleted. */
export type LastRun = { id: string; name: string; status: RunStatus } & Pick<
  Selectable<TestRun>,
  "total" | "passed" | "failed" | "inconclusive" | "errored"
>;

type Dress = { test_set_name: string; endpoint_name: string; user_name: string | null; last_run: LastRun | null };
export type ScheduleItemRow = Pick<Row, (typeof columns)[number]> & Dress;
export type ScheduleRow = ScheduleItemRow & Pick<Row, (typeof choiceColumns)[number]>;

export type ScheduleFilter = {
  project_id?: string | undefined;
  test_set_id?: string | undefined;
  endpoint_id?: string | undefined;
  q?: string | undefined;
};

/** Page-first: what a schedule names is read for the page's rows only. */
async function dressed<Item>(tx: Tx, page: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<Item[]> {
  const { rows } = await sql<Item>`
    with page as materialized (${page}),
      s as materialized (select id, name from test_set where id = any(array(select test_set_id from page))),
      e as materialized (select id, name from endpoint where id = any(array(select endpoint_id from page))),
      u as materialized (select id, name from "user" where id = any(array(select user_id from page))),
      r as materialized (
        select id, json_build_object('id', id, 'name', name, 'status', status, 'total', total, 'passed', passed,
          'failed', failed, 'inconclusive', inconclusive, 'errored', errored) as last_run
        from test_run where id = any(array(select last_run_id from page)) and deleted_at is null
      )
    select page.*, s.name as test_set_name, e.name as endpoint_name, u.name as user_name, r.last_run
    from page join s on s.id = page.test_set_id join e on e.id = page.endpoint_id left join u on u.id = page.user_id
      left join r on r.id = page.last_run_id
    order by ${order}`.execute(tx);
  return rows;
}

/** A page of schedules; `q` finds a part of the name, ignoring case. */
export function listSchedules(tx: Tx, args: PageArgs & ScheduleFilter): Promise<Page<ScheduleItemRow>> {
  let matches = tx.selectFrom("schedule").where("deleted_at", "is", null);
  for (const column of ["project_id", "test_set_id", "endpoint_id"] as const) {
    const value = args[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name"));
  const by = args.sort?.endsWith("name") === true ? sql`page.name` : sql`page.id`;
  const rows = matches.select([...columns, "last_run_id"]);
  return readDressedPage(tx, args, "schedule", rows, matches, (page, way) =>
    dressed<ScheduleItemRow>(tx, sql`${page}`, sql`${by} ${way}, page.id ${way}`),
  );
}

/** @throws not_found */
export async function getSchedule(tx: Tx, id: string): Promise<ScheduleRow> {
  const one = tx
    .selectFrom("schedule")
    .select([...columns, ...choiceColumns, "last_run_id"])
    .where("id", "=", id)
    .where("deleted_at", "is", null);
  const [row] = await dressed<ScheduleRow>(tx, sql`${one}`, sql`page.id`);
  if (row === undefined) throw notFound("schedule");
  return row;
}

/** What a run is started with. */
export type ScheduleChoices = Pick<
  Row,
  "test_set_id" | "endpoint_id" | "metric_ids" | "repeats" | "concurrency" | "pause_after_errors" | "params"
> & { parameters: ParametersRequest | null };

export type NewSchedule = ScheduleChoices &
  Pick<Row, "project_id" | "name" | "cron" | "time_zone" | "enabled" | "next_at">;

/** On behalf of the transaction's user. @throws conflict where the name is taken */
export async function createSchedule(tx: Tx, values: NewSchedule): Promise<ScheduleRow> {
  const { params, parameters, ...others } = values;
  const { id } = await createAsset(tx, "schedule", { ...others, ...asJson({ params, parameters }) }, ["id"]);
  return getSchedule(tx, id);
}

type Changeable = Omit<NewSchedule, "project_id"> & Pick<Row, "user_id" | "failures" | "last_error">;
export type ScheduleChanges = { [K in keyof Changeable]?: Changeable[K] | undefined };

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export async function patchSchedule(tx: Tx, asset: AssetVersion, changes: ScheduleChanges): Promise<ScheduleRow> {
  const { params, parameters, ...others } = changes;
  await patchAsset(tx, "schedule", asset, { ...others, ...asJson({ params, parameters }) }, ["id"]);
  return getSchedule(tx, asset.id);
}

type Json = { params?: ScheduleChoices["params"] | undefined; parameters?: ScheduleChoices["parameters"] | undefined };

/** As the columns take them; what is undefined stays so. */
function asJson({ params, parameters }: Json) {
  return {
    ...(params === undefined ? {} : { params: storableJson(params) }),
    ...(parameters === undefined ? {} : { parameters: parameters === null ? null : storableJson(parameters) }),
  };
}

const heldColumns = [
  "id",
  "project_id",
  "test_set_id",
  "endpoint_id",
  "user_id",
  "cron",
  "time_zone",
  "enabled",
  "next_at",
  "failures",
  ...choiceColumns,
] as const;

/** A schedule that the transaction holds, with all that decides whether it may start a run. */
export type HeldSchedule = Pick<Row, (typeof heldColumns)[number]> & {
  /** Null where its user is no member any more. */
  role: Membership["role"] | null;
  last_run_status: RunStatus | null;
};

function held(tx: Tx, id: string) {
  return tx
    .selectFrom("schedule as s")
    .select(heldColumns.map((column) => `s.${column}` as const))
    .select((eb) => [
      eb.selectFrom("membership as m").select("m.role").whereRef("m.user_id", "=", "s.user_id").as("role"),
      eb
        .selectFrom("test_run as r")
        .select("r.status")
        .whereRef("r.id", "=", "s.last_run_id")
        .where("r.deleted_at", "is", null)
        .as("last_run_status"),
    ])
    .where("s.id", "=", id)
    .where("s.deleted_at", "is", null);
}

/** Holds a schedule for this transaction. @throws not_found */
export async function lockSchedule(tx: Tx, id: string): Promise<HeldSchedule> {
  const row = await held(tx, id).forUpdate("s").executeTakeFirst();
  if (row === undefined) throw notFound("schedule");
  return row;
}

/** Holds a schedule that is due at `moment`. Undefined where it is not any more, or somebody else holds it. */
export async function lockDueSchedule(
  tx: Tx,
  { id, moment }: { id: string; moment: Date },
): Promise<HeldSchedule | undefined> {
  return held(tx, id)
    .where("s.enabled", "=", true)
    .where((eb) => eb.or([eb("s.next_at", "is", null), eb("s.next_at", "<=", moment)]))
    .forUpdate("s")
    .skipLocked()
    .executeTakeFirst();
}

export type ScheduleMove = {
  next_at?: Date | null | undefined;
  enabled?: false | undefined;
  last_run_id?: string | undefined;
  last_started_at?: Date | undefined;
  last_error?: string | null | undefined;
  failures?: number | undefined;
};

/** What the clock does to a schedule that the transaction holds. */
export async function moveSchedule(tx: Tx, id: string, move: ScheduleMove): Promise<void> {
  await tx.updateTable("schedule").set(move).where("id", "=", id).execute();
}
