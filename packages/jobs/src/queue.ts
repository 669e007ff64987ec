/** The queue: says "look now" to whoever works. It may lose everything at any time; the job rows are the truth. */
import type { DueJob } from "@rhesis/db/queries/job";
import type { JobLog } from "./job-log.ts";
import { openPostgresQueue } from "./queue-postgres.ts";
import { openRedisQueue } from "./queue-redis.ts";

export type Offer = Pick<DueJob, "organization_id" | "job_id" | "name" | "offer" | "previous_offer">;

/** What the queue carries: ids only, because its tables and keys are outside of row-level security. */
export type Delivery = { organization_id: string; job_id: string };

export type DeliveryHandler = (delivery: unknown) => Promise<void>;

export type QueueWorker = {
  /** Takes nothing new from now on. */
  pause(): Promise<void>;
  /** Waits for what is being handled, then disconnects; without `gently` it does not wait. */
  close(gently: boolean): Promise<void>;
};

export type Queue = {
  readonly kind: "redis" | "postgres";
  /** Hands jobs to the queue. Offering the same offer twice is the same as once. Throws where the queue is away. */
  offer(jobs: Offer[]): Promise<void>;
  /** Calls `handler` for each offer, `concurrency` at once. What it throws is logged and not tried again by the queue. */
  work(handler: DeliveryHandler, options: { concurrency: number }): Promise<QueueWorker>;
  /** True when the queue answers within two seconds. */
  health(): Promise<boolean>;
  close(): Promise<void>;
};

/** `key_prefix` keeps what is ours apart in a Redis that others use too. */
export type QueueConfig = { redis_url: string; key_prefix?: string | undefined } | { database_url: string };

/** On Redis where an address of one is given, else on PostgreSQL, whose schema `migrateQueue` has made. */
export function createQueue(config: QueueConfig, log: JobLog): Queue {
  return "redis_url" in config ? openRedisQueue(config, log) : openPostgresQueue(config.database_url, log);
}
