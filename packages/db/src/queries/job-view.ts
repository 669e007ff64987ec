/** SQL of jobs as people see them: what works in the background for their organization. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { Job } from "../database.generated.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = [
  "id",
  "name",
  "status",
  "attempts",
  "error",
  "project_id",
  "user_id",
  "created_at",
  "started_at",
  "finished_at",
] as const;

type Row = Selectable<Job>;
export type JobRow = Pick<Row, (typeof columns)[number]> & {
  user_name: string | null;
  test_run_id: string | null;
  test_run_name: string | null;
};

export type JobFilter = { project_id?: string | undefined; status?: Row["status"] | undefined };

const about = sql<string | null>`(job.payload ->> 'test_run_id')::uuid`.as("test_run_id");

/** A page of jobs, with who asked for them and what they are about. */
export function listJobs(tx: Tx, args: PageArgs & JobFilter): Promise<Page<JobRow>> {
  let matches = tx.selectFrom("job");
  if (args.project_id !== undefined) matches = matches.where("project_id", "=", args.project_id);
  if (args.status !== undefined) matches = matches.where("status", "=", args.status);
  const rows = matches.select(columns).select(about);
  return readDressedPage(tx, args, "job", rows, matches, async (page, way) => {
    const named = await sql<JobRow>`
      with page as materialized (${page}),
        r as materialized (select id, name from test_run where id = any(array(select test_run_id from page))),
        u as materialized (select id, name from "user" where id = any(array(select user_id from page)))
      select page.*, r.name as test_run_name, u.name as user_name
      from page left join r on r.id = page.test_run_id left join u on u.id = page.user_id order by page.id ${way}`.execute(
      tx,
    );
    return named.rows;
  });
}

/** @throws not_found */
export async function getJob(tx: Tx, id: string): Promise<JobRow> {
  const row = await tx
    .selectFrom("job")
    .leftJoin("test_run as r", (join) => join.on(sql`r.id`, "=", sql`(job.payload ->> 'test_run_id')::uuid`))
    .leftJoin("user as u", "u.id", "job.user_id")
    .select(columns.map((column) => `job.${column}` as const))
    .select([about, "r.name as test_run_name", "u.name as user_name"])
    .where("job.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("job");
  return row;
}
