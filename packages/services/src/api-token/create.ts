/** Creating an API token. */
import { createApiToken as makeToken } from "@rhesis/auth/api-token";
import type { Identity } from "@rhesis/auth/identity";
import { getApiToken, insertApiToken, type ApiTokenRow } from "@rhesis/db/queries/api-token";
import { getProject } from "@rhesis/db/queries/project";
import type { Permission } from "@rhesis/auth/permissions";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

export type TokenDraft = {
  name: string;
  scopes?: readonly Permission[] | undefined;
  expires_in_days?: number | undefined;
  project_id?: string | undefined;
};

/**
 * The new token's text is in the answer and nowhere else. It may do no more than its maker, who may be a token; then it
 * ends with that one at the latest.
 * @throws forbidden for a scope the maker does not have; not_found for the project
 */
export async function createApiToken(
  tx: Tx,
  maker: Pick<Identity, "permissions"> & { token_id?: string | null },
  draft: TokenDraft,
): Promise<ApiTokenRow & { token: string }> {
  const scopes = [...new Set(draft.scopes ?? maker.permissions)];
  const beyond = scopes.filter((scope) => !maker.permissions.has(scope));
  if (beyond.length > 0) {
    const problems = beyond.map((scope) => ({ path: ["scopes"], message: `You may not grant ${scope}` }));
    throw new AppError("forbidden", "A token may do no more than you may do yourself.", problems);
  }
  if (draft.project_id !== undefined) await getProject(tx, draft.project_id);
  const { token, token_hash, hint } = makeToken();
  const id = await insertApiToken(tx, {
    name: draft.name,
    scopes,
    token_hash,
    hint,
    project_id: draft.project_id ?? null,
    expires_in_days: draft.expires_in_days ?? null,
    made_by: maker.token_id ?? null,
  });
  return { ...(await getApiToken(tx, id)), token };
}
