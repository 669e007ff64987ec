/** Deleting an organization. */
import { getOrganization, hideOrganization } from "@rhesis/db/queries/organization";
import { requestCancelOfAll } from "@rhesis/db/queries/test-run";
import type { Tx } from "@rhesis/db/tenant";
import { AppError, invalid } from "@rhesis/telemetry/app-error";

export type OrganizationDeletion = { name: string; expected_version?: number | undefined };

/**
 * Hides the organization from everybody in it, ends the use of its tokens and stops its runs. `name` says that the
 * caller means this one.
 * @throws invalid where the name is another; precondition_failed
 */
export async function deleteOrganization(
  tx: Tx,
  { name, expected_version }: OrganizationDeletion,
): Promise<{ id: string }> {
  const { id, name: current, version } = await getOrganization(tx);
  if (expected_version !== undefined && expected_version !== version) {
    throw new AppError("precondition_failed", "Somebody else changed this organization. Load it again.");
  }
  if (name !== current) {
    const message = "Type the name of the organization exactly as it is.";
    throw invalid(message, [{ path: ["name"], message }]);
  }
  await requestCancelOfAll(tx);
  await hideOrganization(tx, { version });
  return { id };
}
