import { Queue as BullQueue, Worker as BullWorker, type ConnectionOptions } from "bullmq";
import { bullQueue, queueName, workerOptions } from "./bull-queue.ts";
import type { JobLog } from "./job-log.ts";
import type { Queue, QueueConfig } from "./queue.ts";

type RedisConfig = Extract<QueueConfig, { redis_url: string }>;

const reconnectMs = 250;

function connection(url: string): ConnectionOptions {
  return {
    url,
    // The library's own strategy waits up to 20 s, during which a Redis that is back is not noticed.
    retryStrategy: () => reconnectMs,
    connectTimeout: 2_000,
    keepAlive: 10_000,
  };
}

/** The queue on Redis. Offers fail fast while Redis is away; workers wait for it for as long as it takes. */
export function openRedisQueue({ redis_url: url, key_prefix }: RedisConfig, log: JobLog): Queue {
  const shared = key_prefix === undefined ? {} : { prefix: key_prefix };
  const producer = new BullQueue(queueName, {
    ...shared,
    connection: { ...connection(url), enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 },
  });
  return bullQueue("redis", {
    producer,
    log,
    openWorker: (handler, concurrency) =>
      new BullWorker(queueName, handler, {
        ...workerOptions(concurrency),
        ...shared,
        connection: { ...connection(url), maxRetriesPerRequest: null },
      }),
  });
}
