/** What an installation provides to every request, put together from its parts. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import type { Platform } from "./context.ts";

export type PlatformOptions = {
  database: Database;
  secrets: SecretBox;
  allow_loopback_targets: boolean;
  /** Networks in CIDR form, such as 10.0.0.0/8. */
  allow_private_targets: string[];
  onTestRunChange: Platform["onTestRunChange"];
};

/** The caller owns the database and closes it; `close` ends calls to targets. */
export function createPlatform(options: PlatformOptions): { platform: Platform; close(): Promise<void> } {
  const address_policy = {
    allow_loopback: options.allow_loopback_targets,
    allow_private: options.allow_private_targets,
  };
  const targets = createTargetClient({ policy: address_policy });
  const { database, secrets, onTestRunChange } = options;
  return {
    platform: { database, secrets, targets, address_policy, onTestRunChange },
    close: () => targets.close(),
  };
}
