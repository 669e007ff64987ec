/** What an installation provides to every request, put together from its parts. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import type { Notifications } from "@rhesis/db/notifications";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import { ConnectorCalls, type ConnectorLog } from "@rhesis/services/connector/calls";
import { ConnectorHub } from "@rhesis/services/connector/hub";
import { connectorGate, type ConnectorGate } from "./connector/gate.ts";
import type { Platform } from "./context.ts";

export type PlatformOptions = {
  database: Database;
  notifications: Pick<Notifications, "on" | "onReconnect">;
  log: ConnectorLog;
  /** Names this process, for whoever looks for a fault. */
  process: string;
  secrets: SecretBox;
  allow_loopback_targets: boolean;
  /** Networks in CIDR form, such as 10.0.0.0/8. */
  allow_private_targets: string[];
  onTestRunChange: Platform["onTestRunChange"];
};

export type Installation = {
  platform: Platform;
  /** Lets processes of customers in. */
  gate: ConnectorGate;
  /** Ends calls to targets. */
  close(): Promise<void>;
};

/** The caller owns database and notifications and closes them. */
export function createPlatform(options: PlatformOptions): Installation {
  const address_policy = {
    allow_loopback: options.allow_loopback_targets,
    allow_private: options.allow_private_targets,
  };
  const targets = createTargetClient({ policy: address_policy });
  const { database, secrets, onTestRunChange } = options;
  const connector = new ConnectorCalls(options);
  const platform = { database, secrets, targets, connector, address_policy, onTestRunChange };
  return {
    platform,
    gate: connectorGate(new ConnectorHub(options, options.process)),
    async close() {
      await targets.close();
      await connector.close();
    },
  };
}
