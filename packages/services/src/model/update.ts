import type { AssetVersion } from "@rhesis/db/asset";
import { getSealedModel, patchModel, unsetDefaultModel, withoutKey, type ModelRow } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import { modelKeyPlace, requireNoVisibleSecret, sameKeyPlace } from "./config.ts";
import type { NewModel, Vault } from "./create.ts";

/** A null key removes the stored one. */
export type ModelChanges = { [K in Exclude<keyof NewModel, "api_key">]?: NewModel[K] | undefined } & {
  api_key?: string | null | undefined;
};

/**
 * Changes what `changes` names. A stored key is removed when it would be shown to another host than before; a new
 * default takes the place of the one before.
 * @throws not_found; invalid for a secret that all would see; precondition_failed; conflict where the name is taken
 */
export async function updateModel(
  tx: Tx,
  { secrets, organization_id }: Vault,
  asset: AssetVersion,
  { api_key, headers, ...changes }: ModelChanges,
): Promise<ModelRow> {
  requireNoVisibleSecret({ base_url: changes.base_url ?? null, headers: headers ?? {} });
  const before = await getSealedModel(tx, asset.id);
  const address = { provider: changes.provider ?? before.provider, base_url: before.base_url };
  if (changes.base_url !== undefined) address.base_url = changes.base_url;
  const moves = !sameKeyPlace(before, address);
  const kept = moves ? null : undefined;
  const sealed =
    typeof api_key === "string" ? secrets.seal(api_key, modelKeyPlace(organization_id, asset.id)) : api_key;
  if (changes.is_default === true && !before.is_default) await unsetDefaultModel(tx);
  const patch = {
    ...changes,
    headers: headers === undefined ? undefined : JSON.stringify(headers),
    api_key: sealed === undefined ? kept : sealed,
  };
  // Whether the key may stay was decided on what was read: the version guards against a race.
  const expected_version = asset.expected_version ?? (moves ? before.version : undefined);
  return withoutKey(await patchModel(tx, { id: asset.id, expected_version }, patch));
}
