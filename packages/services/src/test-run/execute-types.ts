/** What the parts of the executor share. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import type { StoredConversation } from "@rhesis/db/queries/conversation";
import type { RunControl } from "@rhesis/db/queries/run-access";
import type { ClaimedResult } from "@rhesis/db/queries/run-execution";
import type { NewScore, StoredResult } from "@rhesis/db/queries/run-results";
import type { Tenant, Tx } from "@rhesis/db/tenant";
import type { ModelBudget } from "@rhesis/engine/model/budget";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import type { RunQueries } from "./run-queries.ts";

/** What a process has once and every run uses that it executes. A target client is not among it: see `execute.ts`. */
export type ExecutionTools = {
  database: Pick<Database, "read" | "write" | "writeAtOnce">;
  /** What it asks of the database where that is not the real one. */
  queries?: RunQueries | undefined;
  secrets: SecretBox;
  /** Of the addresses that models may have. */
  policy: AddressPolicy;
  log: ExecutionLog;
  observer?: ExecutionObserver | undefined;
  /** Calls `listener` with the id of an endpoint whose target has asked to wait. Returns how to stop. */
  onHold?: ((listener: (endpoint_id: string) => void) => () => void) | undefined;
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

/** A run as its maker sees it. */
export type BegunRun = {
  run: RunToExecute;
  plan: RunPlan;
  project_id: string;
  endpoint_id: string;
  /** The run whose answers are scored again, where it is one of those and its source still exists. */
  source_run_id: string | null;
  /** Of what its models may use, where the run has a cap. */
  budget?: ModelBudget | undefined;
  /** Aborted when nothing new may begin. */
  ending: AbortSignal;
  /** Aborted when what is under way is to end. */
  signal: AbortSignal;
  /** Has the run rest once what is under way has ended. */
  pause(reason: string): void;
  /** Tells all runs that call the endpoint that its target has asked not to be called for so many milliseconds. */
  hold(ms: number): void;
};

/** How the results of a run are made. */
export type ResultMaker = {
  /** How many may be made at once; asked again and again. */
  limit(): number;
  /** Told twice a second how the endpoint may be called. */
  control?(control: RunControl): void;
  /** Told which results were claimed, in the transaction that claims them. */
  claimed?(tx: Tx, rows: readonly ClaimedResult[]): Promise<void>;
  /**
   * Null when it was aborted: then nothing came of it.
   * @throws BudgetSpentError where a model may not be asked any more: then nothing came of it either
   */
  make(row: ClaimedResult): Promise<ScoredResult | null>;
};

export type OpenMaker = (begun: BegunRun) => Promise<ResultMaker>;

/**
 * How an execution ended: the job may be closed (completed, cancelled, failed, paused), is to be gone on with by another
 * worker (released), or already is (lost).
 */
export type ExecutionEnd =
  | { status: "completed" | "cancelled" | "failed"; error?: string }
  | { status: "paused" }
  | { status: "released"; delay_ms: number }
  | { status: "lost" };

/** A result, its scores, and of a multi-turn test the turns. */
export type ScoredResult = { result: StoredResult; scores: NewScore[]; conversation?: StoredConversation };

export type { ClaimedResult };

/** The run was taken by somebody else, ended, or deleted: nothing more may be written. */
export class LostRunError extends Error {
  override name = "LostRunError";
}
