/** SQL of projects. */
import type { Selectable } from "kysely";
import { invalid } from "@rhesis/telemetry/app-error";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Project } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "name", "description", "created_at", "updated_at", "version"] as const;

export type ProjectRow = Pick<Selectable<Project>, (typeof columns)[number]>;

/** A page of projects; `q` finds a part of the name or the description, ignoring case; `id` is for who may see one only. */
export async function listProjects(
  tx: Tx,
  args: PageArgs & { q?: string | undefined; id?: string | undefined },
): Promise<Page<ProjectRow>> {
  let matches = tx.selectFrom("project").where("deleted_at", "is", null);
  const { q, id } = args;
  if (id !== undefined) matches = matches.where("id", "=", id);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "project", matches.select(columns), matches);
}

/** @throws not_found */
export function getProject(tx: Tx, id: string): Promise<ProjectRow> {
  return getAsset(tx, "project", id, columns);
}

/** @throws conflict where the name is taken */
export function createProject(tx: Tx, values: { name: string; description?: string | undefined }): Promise<ProjectRow> {
  return createAsset(tx, "project", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function updateProject(
  tx: Tx,
  asset: AssetVersion,
  changes: { name?: string | undefined; description?: string | undefined },
): Promise<ProjectRow> {
  return patchAsset(tx, "project", asset, changes, columns);
}

/** @throws invalid where a project of the input is absent, deleted, or another organization's */
export async function requireProject(tx: Tx, project_id: string): Promise<void> {
  const found = await tx
    .selectFrom("project")
    .select("id")
    .where("id", "=", project_id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (found !== undefined) return;
  const message = "There is no such project.";
  throw invalid(message, [{ path: ["project_id"], message }]);
}
