import type { SecretBox } from "@rhesis/auth/sealed-secret";
import { newId } from "@rhesis/db/asset";
import { insertModel, unsetDefaultModel, withoutKey, type ModelRow } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import type { ModelConfig } from "@rhesis/engine/model/schema";
import { modelKeyPlace, requireNoVisibleSecret } from "./config.ts";

export type NewModel = ModelConfig & {
  name: string;
  description: string;
  is_default: boolean;
  api_key?: string | undefined;
};

/** Where keys are sealed, and for whom. */
export type Vault = { secrets: SecretBox; organization_id: string };

/** A new default takes the place of the one before. @throws invalid for a secret that all would see; conflict where the name is taken */
export async function createModel(
  tx: Tx,
  { secrets, organization_id }: Vault,
  { api_key, headers, ...values }: NewModel,
): Promise<ModelRow> {
  requireNoVisibleSecret({ base_url: values.base_url, headers });
  if (values.is_default) await unsetDefaultModel(tx);
  const id = await newId(tx);
  const sealed = api_key === undefined ? null : secrets.seal(api_key, modelKeyPlace(organization_id, id));
  const row = await insertModel(tx, { ...values, id, headers: JSON.stringify(headers), api_key: sealed });
  return withoutKey(row);
}
