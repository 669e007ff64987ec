/** A token bound to a project sees and touches only that project's things. */
import type { Identity } from "@rhesis/auth/identity";
import { AppError, notFound } from "@rhesis/telemetry/app-error";

/**
 * The one project a call is about: the token's, else the one asked for, else undefined for all.
 * @throws not_found where another project is asked for than the token's
 */
export function projectScope(identity: Pick<Identity, "project_id">, requested?: string): string | undefined {
  if (identity.project_id === null) return requested;
  if (requested !== undefined && requested !== identity.project_id) throw notFound("project");
  return identity.project_id;
}

/** For what concerns all projects. @throws forbidden for a token bound to one */
export function requireAllProjects(identity: Pick<Identity, "project_id">): void {
  if (identity.project_id === null) return;
  throw new AppError("forbidden", "This token is bound to one project and may not do this.");
}

/** `row`, where the caller may see its project. @throws not_found, with `what` it is */
export function inProjectScope<Row extends { project_id: string }>(
  identity: Pick<Identity, "project_id">,
  row: Row,
  what: string,
): Row {
  if (identity.project_id !== null && row.project_id !== identity.project_id) throw notFound(what);
  return row;
}
