/** SQL of experiments, their versions and what runs made with them came to. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import { createAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Experiment, ExperimentVersion } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";
import { withUserNames } from "./user-names.ts";

const columns = [
  "id",
  "project_id",
  "owner_id",
  "name",
  "description",
  "visibility",
  "latest_version",
  "created_at",
  "updated_at",
  "version",
] as const;

export type Visibility = Selectable<Experiment>["visibility"];
type Row = Pick<Selectable<Experiment>, (typeof columns)[number]>;
/** The owner has no name once they have left the organization. */
export type ExperimentRow = Row & { owner_name: string | null };

export type ExperimentFilter = {
  project_id?: string | undefined;
  owner_id?: string | undefined;
  visibility?: Visibility | undefined;
  q?: string | undefined;
};

/** A page of the experiments that the caller may see; `q` finds a part of the name or the description, ignoring case. */
export function listExperiments(tx: Tx, args: PageArgs & ExperimentFilter): Promise<Page<ExperimentRow>> {
  let matches = tx.selectFrom("experiment").where("deleted_at", "is", null);
  for (const column of ["project_id", "owner_id", "visibility"] as const) {
    const value = args[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  const by = args.sort?.endsWith("name") === true ? sql`page.name` : sql`page.id`;
  return readDressedPage(tx, args, "experiment", matches.select(columns), matches, async (page, way) => {
    const { rows } = await sql<ExperimentRow>`
      with page as materialized (${page}),
        u as materialized (select id, name from "user" where id = any(array(select owner_id from page)))
      select page.*, u.name as owner_name from page left join u on u.id = page.owner_id
      order by ${by} ${way}, page.id ${way}`.execute(tx);
    return rows;
  });
}

/** @throws not_found, also for somebody else's private one */
export async function getExperiment(tx: Tx, id: string): Promise<ExperimentRow> {
  const row = await tx
    .selectFrom("experiment as e")
    .leftJoin("user as u", "u.id", "e.owner_id")
    .select(columns.map((column) => `e.${column}` as const))
    .select("u.name as owner_name")
    .where("e.id", "=", id)
    .where("e.deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("experiment");
  return row;
}

/** A private one of the transaction's user, or a shared one. @throws conflict where the name is taken */
export async function createExperiment(
  tx: Tx,
  values: { project_id: string; name: string; description: string; visibility: Visibility },
): Promise<ExperimentRow> {
  const { id } = await createAsset(tx, "experiment", values, ["id"]);
  return getExperiment(tx, id);
}

export type ExperimentChanges = {
  name?: string | undefined;
  description?: string | undefined;
  visibility?: Visibility | undefined;
};

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export async function patchExperiment(tx: Tx, asset: AssetVersion, changes: ExperimentChanges): Promise<ExperimentRow> {
  await patchAsset(tx, "experiment", asset, changes, ["id"]);
  return getExperiment(tx, asset.id);
}

/**
 * Holds the experiment for this transaction: versions are added, environments bound and what is shared taken back one
 * after the other.
 * @throws not_found
 */
export async function lockExperiment(tx: Tx, id: string): Promise<Row> {
  const row = await tx
    .selectFrom("experiment")
    .select(columns)
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound("experiment");
  return row;
}

const versionColumns = [
  "id",
  "experiment_id",
  "number",
  "note",
  "user_id",
  "content_hash",
  "schema_fingerprint",
  "parent",
  "created_at",
] as const;

export type VersionItemRow = Pick<Selectable<ExperimentVersion>, (typeof versionColumns)[number]> & {
  user_name: string | null;
};
export type VersionRow = VersionItemRow & Pick<Selectable<ExperimentVersion>, "values">;

/** A page of the versions of an experiment, the newest first, without their values. */
export function listVersions(tx: Tx, args: PageArgs & { id: string }): Promise<Page<VersionItemRow>> {
  const matches = tx.selectFrom("experiment_version").where("experiment_id", "=", args.id);
  return readDressedPage(tx, args, "experiment_version", matches.select(versionColumns), matches, (page, way) =>
    withUserNames<VersionItemRow>(tx, page, way),
  );
}

/** Undefined where there is none of that number. */
export async function readVersion(
  tx: Tx,
  version: { experiment_id: string; number: number },
): Promise<VersionRow | undefined> {
  return tx
    .selectFrom("experiment_version as v")
    .innerJoin("experiment as e", "e.id", "v.experiment_id")
    .leftJoin("user as u", "u.id", "v.user_id")
    .select(versionColumns.map((column) => `v.${column}` as const))
    .select(["v.values", "u.name as user_name"])
    .where("v.experiment_id", "=", version.experiment_id)
    .where("v.number", "=", version.number)
    .where("e.deleted_at", "is", null)
    .executeTakeFirst();
}

/** @throws not_found */
export async function getVersion(tx: Tx, version: { experiment_id: string; number: number }): Promise<VersionRow> {
  const row = await readVersion(tx, version);
  if (row === undefined) throw notFound("version");
  return row;
}

/** The number of the version with this content; undefined where there is none. */
export async function findVersion(
  tx: Tx,
  content: { experiment_id: string; content_hash: string },
): Promise<number | undefined> {
  const row = await tx
    .selectFrom("experiment_version")
    .select("number")
    .where("experiment_id", "=", content.experiment_id)
    .where("content_hash", "=", content.content_hash)
    .executeTakeFirst();
  return row?.number;
}

export type NewVersion = Pick<Selectable<ExperimentVersion>, "values" | "note" | "parent" | "content_hash"> & {
  schema_fingerprint: string;
};

/** Appends a version to an experiment that the transaction holds, and returns its number. @throws invalid for an unknown parent */
export async function insertVersion(tx: Tx, experiment: Row, version: NewVersion): Promise<number> {
  const { id: experiment_id, owner_id, visibility } = experiment;
  const number = experiment.latest_version + 1;
  const values = storableJson(version.values);
  const user_id = sql<string | null>`current_actor()`;
  await tx
    .insertInto("experiment_version")
    .values({ ...version, experiment_id, owner_id, visibility, number, values, user_id })
    .execute();
  await tx.updateTable("experiment").set({ latest_version: number }).where("id", "=", experiment_id).execute();
  return number;
}

/** What runs with one version came to: how many there are, and their results by verdict. */
export type VersionResults = {
  version: number;
  runs: number;
  tests: number;
  passed: number;
  failed: number;
  inconclusive: number;
  errored: number;
  last_run_at: Date;
};

/**
 * Of each version that runs were made with, the newest first, at most `limit`. A run that scores answers again counts
 * for nothing: its answers are counted where they were given.
 */
export async function readResultsByVersion(
  tx: Tx,
  args: { id: string; test_set_id?: string | undefined; limit: number },
): Promise<VersionResults[]> {
  let runs = tx
    .selectFrom("test_run")
    .where("experiment_id", "=", args.id)
    .where("kind", "=", "execute")
    .where("deleted_at", "is", null);
  if (args.test_set_id !== undefined) runs = runs.where("test_set_id", "=", args.test_set_id);
  const sum = (column: "total" | "passed" | "failed" | "inconclusive" | "errored") =>
    sql<number>`sum(${sql.ref(column)})::bigint`;
  return runs
    .select((eb) => [
      eb.ref("experiment_version").$notNull().as("version"),
      eb.fn.countAll<number>().as("runs"),
      sum("total").as("tests"),
      sum("passed").as("passed"),
      sum("failed").as("failed"),
      sum("inconclusive").as("inconclusive"),
      sum("errored").as("errored"),
      sql<Date>`max(created_at)`.as("last_run_at"),
    ])
    .groupBy("experiment_version")
    .orderBy("experiment_version", "desc")
    .limit(args.limit)
    .execute();
}
