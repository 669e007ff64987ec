/** SQL of endpoints. Rows carry the sealed secret as `auth_secret`; what people see says only whether there is one. */
import { sql, type Insertable, type Selectable, type Updateable } from "kysely";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Endpoint } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const itemColumns = [
  "id",
  "project_id",
  "name",
  "description",
  "environment",
  "max_concurrency",
  "max_per_minute",
  "created_at",
  "updated_at",
  "version",
] as const;
const columns = [...itemColumns, "config", "auth_secret"] as const;

/** With the sealed secret: for services, never for output. */
export type SealedEndpointRow = Pick<Selectable<Endpoint>, (typeof columns)[number]>;
export type EndpointRow = Omit<SealedEndpointRow, "auth_secret"> & { has_secret: boolean };
export type EndpointItemRow = Omit<EndpointRow, "config"> & Pick<TargetConfig, "url" | "method" | "connector">;

export type EndpointFilter = {
  q?: string | undefined;
  project_id?: string | undefined;
  environment?: Selectable<Endpoint>["environment"] | undefined;
};

/** A page of endpoints; `q` finds a part of the name, the description or the address, ignoring case. */
export async function listEndpoints(tx: Tx, args: PageArgs & EndpointFilter): Promise<Page<EndpointItemRow>> {
  let matches = tx.selectFrom("endpoint").where("deleted_at", "is", null);
  const { q, project_id, environment } = args;
  if (project_id !== undefined) matches = matches.where("project_id", "=", project_id);
  if (environment !== undefined) matches = matches.where("environment", "=", environment);
  if (q !== undefined)
    matches = matches.where((eb) =>
      holds(eb, q, "name", "description", sql`config ->> 'url'`, sql`config #>> '{connector,function}'`),
    );
  const rows = matches.select([
    ...itemColumns,
    sql<string | null>`config ->> 'url'`.as("url"),
    sql<TargetConfig["connector"]>`nullif(config -> 'connector', 'null')`.as("connector"),
    sql<TargetConfig["method"]>`config ->> 'method'`.as("method"),
    sql<boolean>`auth_secret is not null`.as("has_secret"),
  ]);
  return readPage(tx, args, "endpoint", rows, matches);
}

/** What people may see of an endpoint. */
export function withoutSecret({ auth_secret, ...row }: SealedEndpointRow): EndpointRow {
  return { ...row, has_secret: auth_secret !== null };
}

/** @throws not_found */
export async function getEndpoint(tx: Tx, id: string): Promise<EndpointRow> {
  return withoutSecret(await getSealedEndpoint(tx, id));
}

/** @throws not_found */
export function getSealedEndpoint(tx: Tx, id: string): Promise<SealedEndpointRow> {
  return getAsset(tx, "endpoint", id, columns);
}

/** @throws conflict where the name is taken in the project; invalid where the project is absent */
export function insertEndpoint(
  tx: Tx,
  values: Omit<Insertable<Endpoint>, "organization_id" | "version">,
): Promise<SealedEndpointRow> {
  return createAsset(tx, "endpoint", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function patchEndpoint(
  tx: Tx,
  asset: AssetVersion,
  changes: Omit<Updateable<Endpoint>, "id" | "organization_id" | "version">,
): Promise<SealedEndpointRow> {
  return patchAsset(tx, "endpoint", asset, changes, columns);
}

/** How many test runs of an endpoint or a project are not over. */
export async function countOpenRuns(tx: Tx, of: { endpoint_id: string } | { project_id: string }): Promise<number> {
  let runs = tx
    .selectFrom("test_run")
    .select((eb) => eb.fn.countAll<number>().as("runs"))
    .where("deleted_at", "is", null)
    .where(sql<boolean>`status = any(array['queued', 'running', 'paused'])`);
  runs =
    "endpoint_id" in of ? runs.where("endpoint_id", "=", of.endpoint_id) : runs.where("project_id", "=", of.project_id);
  return (await runs.executeTakeFirstOrThrow()).runs;
}
