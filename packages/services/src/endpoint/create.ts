import type { SecretBox } from "@rhesis/auth/sealed-secret";
import { newId } from "@rhesis/db/asset";
import { insertEndpoint, withoutSecret, type EndpointRow } from "@rhesis/db/queries/endpoint";
import { requireProject } from "@rhesis/db/queries/project";
import type { Tx } from "@rhesis/db/tenant";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import { endpointSecretPlace, requireUsableConfig } from "./config.ts";

export type NewEndpoint = {
  project_id: string;
  name: string;
  description: string;
  environment: EndpointRow["environment"];
  max_concurrency: number;
  max_per_minute: number | null;
  config: TargetConfig;
  secret?: string | undefined;
};

/** Where secrets are sealed, and for whom. */
export type Vault = { secrets: SecretBox; organization_id: string };

/** @throws invalid where a mapping does not work or the project is not there; conflict where the name is taken */
export async function createEndpoint(
  tx: Tx,
  { secrets, organization_id }: Vault,
  { config, secret, ...values }: NewEndpoint,
): Promise<EndpointRow> {
  requireUsableConfig(config);
  await requireProject(tx, values.project_id);
  const id = await newId(tx);
  const auth_secret = secret === undefined ? null : secrets.seal(secret, endpointSecretPlace(organization_id, id));
  return withoutSecret(await insertEndpoint(tx, { ...values, id, config: JSON.stringify(config), auth_secret }));
}
