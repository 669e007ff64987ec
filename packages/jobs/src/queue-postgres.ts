import { createPostgresBackend, withBackend } from "bullmq";
import { bullQueue, queueName, workerOptions } from "./bull-queue.ts";
import type { JobLog } from "./job-log.ts";
import { queueSchema } from "./migrate-queue.ts";
import type { Queue } from "./queue.ts";

const bull = withBackend(createPostgresBackend);

function connection(url: string, application_name: string) {
  return {
    connectionString: url,
    schema: queueSchema,
    max: 2,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    application_name,
  };
}

/** The queue on PostgreSQL, in a schema of its own. It asks for a session of its own: no pooler in transaction mode. */
export function openPostgresQueue(url: string, log: JobLog): Queue {
  const producer = new bull.Queue(queueName, { connection: connection(url, "rhesis-queue") });
  return bullQueue("postgres", {
    producer,
    log,
    openWorker: (handler, concurrency) =>
      new bull.Worker(queueName, handler, {
        ...workerOptions(concurrency),
        connection: connection(url, "rhesis-queue-worker"),
      }),
  });
}
