/** The tenant: on whose behalf a transaction runs. */
import type { Kysely } from "kysely";
import type { DB } from "./database.generated.ts";

export type Tenant = {
  organization_id: string;
  user_id: string | null;
  request_id?: string | undefined;
};

declare const insideTenant: unique symbol;

/** A transaction of one tenant, the only door to data. It cannot open another transaction. */
export type Tx = Omit<Kysely<DB>, "transaction" | "startTransaction" | "connection" | "destroy"> & {
  readonly [insideTenant]: true;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const tenantSettings = {
  name: "tenant",
  text: "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true), set_config('app.request_id', $3, true)",
};

/** The values of `tenantSettings`. Throws on ids that are no uuid: a policy must never see garbage. */
export function tenantValues(tenant: Tenant): string[] {
  if (!uuid.test(tenant.organization_id)) throw new TypeError("organization_id is not a uuid");
  if (tenant.user_id !== null && !uuid.test(tenant.user_id)) throw new TypeError("user_id is not a uuid");
  return [tenant.organization_id, tenant.user_id ?? "", tenant.request_id ?? ""];
}
