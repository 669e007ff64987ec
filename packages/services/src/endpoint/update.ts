import type { AssetVersion } from "@rhesis/db/asset";
import { getSealedEndpoint, patchEndpoint, withoutSecret, type EndpointRow } from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import type { NewEndpoint, Vault } from "./create.ts";
import { endpointSecretPlace, requireUsableConfig, sameSecretPlace } from "./config.ts";

/** Each key of `config` is taken whole, the others stay. A null secret removes the stored one. */
export type EndpointChanges = {
  [K in "name" | "description" | "environment" | "max_concurrency" | "max_per_minute"]?: NewEndpoint[K] | undefined;
} & {
  config?: { [K in keyof TargetConfig]?: TargetConfig[K] | undefined } | undefined;
  secret?: string | null | undefined;
};

/**
 * Changes what `changes` names. A stored secret is removed when it would be shown to another host than before.
 * @throws not_found; precondition_failed; invalid where a mapping does not work; conflict where the name is taken
 */
export async function updateEndpoint(
  tx: Tx,
  { secrets, organization_id }: Vault,
  asset: AssetVersion,
  { config: configChanges, secret, ...changes }: EndpointChanges,
): Promise<EndpointRow> {
  const seal = (plain: string) => secrets.seal(plain, endpointSecretPlace(organization_id, asset.id));
  let auth_secret = typeof secret === "string" ? seal(secret) : secret;
  if (configChanges === undefined) return withoutSecret(await patchEndpoint(tx, asset, { ...changes, auth_secret }));
  const before = await getSealedEndpoint(tx, asset.id);
  const config = { ...before.config, ...definedOnly(configChanges) };
  requireUsableConfig(config);
  if (auth_secret === undefined && !sameSecretPlace(before.config, config)) auth_secret = null;
  // The configuration was merged with what was read, so it may only replace that: the version guards against a race.
  const expected_version = asset.expected_version ?? before.version;
  const patch = { ...changes, auth_secret, config: JSON.stringify(config) };
  return withoutSecret(await patchEndpoint(tx, { id: asset.id, expected_version }, patch));
}

function definedOnly<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
