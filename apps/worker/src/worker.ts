/** The job host: takes offers from the queue, does the jobs, and carries committed jobs to the queue like every process. */
import { setMaxListeners } from "node:events";
import { createSecretBox, type SecretKeys } from "@rhesis/auth/sealed-secret";
import { createDatabase, type Database } from "@rhesis/db/database";
import { createNotifications } from "@rhesis/db/notifications";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import type { JobLog } from "@rhesis/jobs/job-log";
import { createQueue, type Queue, type QueueWorker } from "@rhesis/jobs/queue";
import { startRelay } from "@rhesis/jobs/relay";
import type { ExecutionObserver } from "@rhesis/services/test-run/execute-types";
import { ConnectorCalls } from "@rhesis/services/connector/calls";
import { Deliveries } from "./deliveries.ts";
import { executeTestRun } from "./jobs/execute-test-run.ts";
import { rescoreTestRun } from "./jobs/rescore-test-run.ts";
import { startRunReconciler } from "./run-reconciler.ts";
import { startScheduleSweeper } from "./schedule-sweeper.ts";

export type WorkerOptions = {
  /** Connects as `rhesis_app`, in sessions of its own. */
  database_url: string;
  /** Without it the queue is in PostgreSQL. */
  redis_url?: string | undefined;
  secret_keys: SecretKeys;
  policy: AddressPolicy;
  /** The feature flags of the installation, for runs that schedules start. */
  features?: Readonly<Record<string, boolean>> | undefined;
  /** Jobs done at once. */
  concurrency: number;
  log: JobLog;
  observer?: ExecutionObserver | undefined;
  /** How long calls under way may take to end when the worker closes, in milliseconds. */
  grace_ms?: number | undefined;
};

export type RunningWorker = {
  database: Database;
  queue: Queue;
  /** Takes nothing new, lets calls under way end within the grace, gives back the rest. */
  close(): Promise<void>;
};

/** Connections to one endpoint; how many of them are used is decided per run. */
const targetConnections = 1024;
/** Beyond the grace: for writing results and giving back leases. */
const settleMs = 5_000;
const defaultGraceMs = 5_000;

/** Resolves once the worker takes jobs. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { database_url, redis_url, log, policy, concurrency, grace_ms = defaultGraceMs } = options;
  const database = openDatabase(database_url, concurrency);
  const notifications = createNotifications(database_url, "rhesis-worker-notifications");
  const queue = createQueue(redis_url === undefined ? { database_url } : { redis_url }, log);
  const target = createTargetClient({ policy, connections: targetConnections });
  const connector = new ConnectorCalls({ database, notifications, log });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const secrets = createSecretBox(options.secret_keys);
  const tools = { database, secrets, policy, log, observer: options.observer, grace_ms };
  const handlers = {
    execute_test_run: executeTestRun({
      ...tools,
      target,
      connector,
      onHold: (listener) => notifications.on("endpoint_hold", listener),
    }),
    rescore_test_run: rescoreTestRun(tools),
  };
  const deliveries = new Deliveries({ database, handlers, log, stop: stopping.signal }, concurrency);
  const worker = await queue.work((delivered) => deliveries.take(delivered), { concurrency });
  const relay = startRelay({ database, notifications, queue, log });
  const stopReconciler = startRunReconciler({ database, log, onFailed: () => options.observer?.ended("failed") });
  const stopSweeper = startScheduleSweeper({ database, log, features: options.features ?? {} });
  return {
    database,
    queue,
    async close() {
      await stopTaking(worker, stopping);
      await deliveries.ended(grace_ms + settleMs);
      await Promise.all([relay.close(), stopReconciler(), stopSweeper(), target.close(), worker.close(false)]);
      await connector.close();
      await Promise.all([queue.close(), notifications.close()]);
      await database.close();
    },
  };
}

function openDatabase(url: string, concurrency: number): Database {
  const connections = { max_connections: 2 * concurrency + 4, read_connections: 2 };
  return createDatabase({ url, application_name: "rhesis-worker", ...connections });
}

async function stopTaking(worker: QueueWorker, stopping: AbortController): Promise<void> {
  stopping.abort();
  await worker.pause();
}
