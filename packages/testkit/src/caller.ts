/** Procedures called in process, with everything real but HTTP. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Identity } from "@rhesis/auth/identity";
import { resolveFeatures } from "@rhesis/auth/features";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import type { Platform, RequestContext } from "@rhesis/router/context";
import { createCaller } from "@rhesis/router/root";

export const testSecrets = createSecretBox({ current: "test", keys: { test: randomBytes(32) } });

/** The platform of a test: targets on loopback are allowed. */
export function testPlatform(database: Database, overrides: Partial<Platform> = {}): Platform {
  const address_policy = { allow_loopback: true, allow_private: [] };
  return {
    database,
    secrets: testSecrets,
    targets: createTargetClient({ policy: address_policy }),
    connector: { portFor: () => ({ call: () => Promise.resolve({ kind: "not_connected" }) }) },
    address_policy,
    onTestRunChange: () => () => undefined,
    ...overrides,
  };
}

/** A request of `identity`; null is nobody. */
export function testContext(
  platform: Platform,
  identity: Identity | null,
  overrides: Partial<RequestContext> = {},
): RequestContext {
  return {
    platform,
    identity,
    identity_problem: null,
    features: resolveFeatures({}, {}),
    request_id: randomUUID(),
    idempotency_key: null,
    ...overrides,
  };
}

export type Caller = ReturnType<typeof createCaller>;

/** The router as `identity` sees it. */
export function callerFor(
  database: Database,
  identity: Identity | null,
  overrides: Partial<RequestContext> = {},
): Caller {
  return createCaller(testContext(testPlatform(database), identity, overrides));
}
