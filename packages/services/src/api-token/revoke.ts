/** Ending an API token. */
import { getApiToken, revokeApiToken as endToken, type ApiTokenRow } from "@rhesis/db/queries/api-token";
import type { Tx } from "@rhesis/db/tenant";
import { notFound } from "@rhesis/telemetry/app-error";

/**
 * Ends a token from the next request on.
 * @param only whose tokens may be ended, and of which project; undefined is anybody's in the organization
 * @throws not_found, also for tokens of others
 */
export async function revokeApiToken(
  tx: Tx,
  id: string,
  only: { user_id: string | undefined; project_id: string | undefined },
): Promise<ApiTokenRow> {
  const token = await getApiToken(tx, id);
  if (only.user_id !== undefined && token.user_id !== only.user_id) throw notFound("token");
  if (only.project_id !== undefined && token.project_id !== only.project_id) throw notFound("token");
  await endToken(tx, id);
  return getApiToken(tx, id);
}
