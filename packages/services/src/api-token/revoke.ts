/** Ending an API token. */
import { getApiToken, revokeApiToken as endToken, type ApiTokenRow } from "@rhesis/db/queries/api-token";
import type { Tx } from "@rhesis/db/tenant";

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
  await getApiToken(tx, id, only);
  await endToken(tx, id);
  return getApiToken(tx, id);
}
