/** What a request brings with it. Made by the host, once per HTTP request. */
import type { Identity } from "@rhesis/auth/identity";
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import type { Tenant, Tx } from "@rhesis/db/tenant";
import type { Features } from "@rhesis/auth/features";
import type { ConnectorPort } from "@rhesis/engine/connector/port";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { ConnectorCalls } from "@rhesis/services/connector/calls";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";

/** Told instead of an id after notifications may have been lost. */
export const anyTestRun = "*";

/** What the installation provides to every request. */
export type Platform = {
  database: Database;
  secrets: SecretBox;
  targets: TargetClient;
  /** How functions of connected processes are called. */
  connector: Pick<ConnectorCalls, "portFor">;
  address_policy: AddressPolicy;
  /**
   * Wakes live subscriptions: calls back with the id of a test run that changed, or `anyTestRun` where that is not
   * known. Returns how to stop.
   */
  onTestRunChange: (listener: (test_run_id: string) => void) => () => void;
};

export type RequestContext = {
  platform: Platform;
  identity: Identity | null;
  /** Why there is no identity, said to the caller with a 401. */
  identity_problem: string | null;
  features: Features;
  request_id: string;
  /** Of the `Idempotency-Key` header of a creating call. */
  idempotency_key: string | null;
};

/** An identity inside an organization. */
export type Member = Identity & { organization_id: string; role: NonNullable<Identity["role"]> };

export type MemberContext = Omit<RequestContext, "platform" | "identity"> & { identity: Member };

/** Of an ordinary procedure: everything it does happens in `tx`. */
export type TenantContext = MemberContext & { tx: Tx; platform: Pick<Platform, "secrets"> };

/** Of a procedure that calls out: short transactions of its own, none open during the call. */
export type CallingOutContext = MemberContext & {
  platform: Omit<Platform, "database">;
  tenant: {
    read: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
    write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  };
};

/** On whose behalf the transactions of a request run. */
export function tenantOf(identity: Member, request_id: string): Tenant {
  return { organization_id: identity.organization_id, user_id: identity.user_id, request_id };
}

/** How the functions of processes that are connected to a project are called for this request. */
export function connectorOf({ platform, identity, request_id }: CallingOutContext) {
  const tenant = tenantOf(identity, request_id);
  return (project_id: string): ConnectorPort => platform.connector.portFor({ tenant, project_id });
}
