/** A sign of life from the queue's broker. */
import { createQueue } from "@rhesis/jobs/queue";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @throws where it does not answer */
export async function probeQueue(database_url: string, redis_url: string | undefined): Promise<void> {
  const queue = createQueue(redis_url === undefined ? { database_url } : { redis_url }, silent);
  try {
    if (!(await queue.health())) throw new Error("no answer within two seconds");
  } finally {
    await queue.close();
  }
}
