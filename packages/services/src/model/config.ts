/** What a stored model is to the engine, and where its key goes. */
import type { SecretBox, SecretPlace } from "@rhesis/auth/sealed-secret";
import type { SealedModelRow } from "@rhesis/db/queries/model";
import type { ModelConfig } from "@rhesis/engine/model/schema";
import { visibleSecrets } from "@rhesis/engine/target/visible-secret";
import { invalid } from "@rhesis/telemetry/app-error";

/** What the engine needs of a row; the key comes apart from it, opened. */
export function modelConfigOf(row: SealedModelRow): ModelConfig {
  const { provider, model_name, base_url, headers, input_price, output_price } = row;
  return { provider, model_name, base_url, headers, input_price, output_price };
}

/** @throws invalid where a secret would be shown to every reader, at its place */
export function requireNoVisibleSecret({
  base_url,
  headers,
}: Partial<Pick<ModelConfig, "base_url" | "headers">>): void {
  const shown = visibleSecrets({ ...(base_url ? { url: base_url } : {}), ...(headers ? { headers } : {}) });
  const problems = shown.map(({ path, message }) => ({ path: path[0] === "url" ? ["base_url"] : path, message }));
  if (problems.length > 0) throw invalid("The model holds what looks like a secret.", problems);
}

type Address = Pick<ModelConfig, "provider" | "base_url">;

/** To whom the key is shown: scheme, host and port, or the provider's own address. */
function keyGoesTo({ provider, base_url }: Address): string {
  return base_url === null ? provider : new URL(base_url).origin;
}

/** False where a stored key would be shown to somebody who has not seen it before. */
export function sameKeyPlace(before: Address, after: Address): boolean {
  return keyGoesTo(before) === keyGoesTo(after);
}

/** Where the key of a model is stored; what was sealed there opens there only. */
export function modelKeyPlace(organization_id: string, row_id: string): SecretPlace {
  return { organization_id, table: "model", column: "api_key", row_id };
}

/** The key of a stored model in the clear; null where it has none. */
export function openModelKey(
  { secrets, organization_id }: { secrets: SecretBox; organization_id: string },
  { id, api_key }: Pick<SealedModelRow, "id" | "api_key">,
): string | null {
  return api_key === null ? null : secrets.open(api_key, modelKeyPlace(organization_id, id));
}
