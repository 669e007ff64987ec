/** What the parts of the executor share. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import type { ClaimedResult } from "@rhesis/db/queries/run-execution";
import type { NewScore, StoredResult } from "@rhesis/db/queries/run-results";
import type { Tenant } from "@rhesis/db/tenant";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { TargetOutcome } from "@rhesis/engine/target/schema";

/** What a process has once and every run it executes uses. */
export type ExecutionTools = {
  database: Pick<Database, "read" | "write" | "writeAtOnce">;
  secrets: SecretBox;
  target: TargetClient;
  policy: AddressPolicy;
  log: ExecutionLog;
  observer?: ExecutionObserver | undefined;
  /** How long calls under way may take to end when the process stops, in milliseconds. */
  grace_ms?: number | undefined;
};

export type ExecutionLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

/** Told what happens, for telemetry. */
export type ExecutionObserver = {
  called(outcome: TargetOutcome): void;
  stored(verdict: ResultVerdict): void;
  ended(status: string): void;
};

export type RunToExecute = {
  tenant: Tenant;
  test_run_id: string;
  job_id: string;
  /** Aborted when the job's lease is lost. */
  lease: AbortSignal;
  /** Aborted when the process stops. */
  stop: AbortSignal;
};

/**
 * How an execution ended: the job may be closed (completed, cancelled, failed), is to be gone on with by another
 * worker (released), or already is (lost).
 */
export type ExecutionEnd =
  | { status: "completed" | "cancelled" | "failed"; error?: string }
  | { status: "released"; delay_ms: number }
  | { status: "lost" };

export type ScoredResult = { result: StoredResult; scores: NewScore[] };

export type { ClaimedResult };

/** The run was taken by somebody else, ended, or deleted: nothing more may be written. */
export class LostRunError extends Error {
  override name = "LostRunError";
}
