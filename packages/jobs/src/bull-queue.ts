/** What both backends of BullMQ have in common. */
import type { Job } from "bullmq";
import type { JobLog } from "./job-log.ts";
import type { DeliveryHandler, Offer, Queue, QueueWorker } from "./queue.ts";

export const queueName = "rhesis";

type BullProducer = {
  add(name: string, data: object, options: object): Promise<unknown>;
  remove(id: string): Promise<number>;
  getJobCountByTypes(type: "active"): Promise<number>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  disconnect(): Promise<void>;
};

type BullWorker = {
  on(event: "error", listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  pause(doNotWaitActive?: boolean): Promise<void>;
  close(force?: boolean): Promise<void>;
};

type Parts = {
  producer: BullProducer;
  log: JobLog;
  openWorker: (handler: (job: Job) => Promise<void>, concurrency: number) => BullWorker;
};

/** Nothing is left to the queue: no attempts, no history. A job it thinks stalled is only one more offer. */
export function workerOptions(concurrency: number) {
  return {
    concurrency,
    drainDelay: 2,
    // Waiting after a lost connection; the default of 15 s is longer than a run may stand still.
    runRetryDelay: 250,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
}

const offerMs = 3_000;
const closeMs = 3_000;
const healthMs = 2_000;

/** One queue over a backend. Errors of connections are logged once per change, not per attempt to come back. */
export function bullQueue(kind: Queue["kind"], { producer, log, openWorker }: Parts): Queue {
  const faults = new FaultLog(kind, log);
  producer.on("error", (error) => faults.report(error));
  return {
    kind,
    async offer(jobs) {
      if (jobs.length === 0) return;
      await Promise.all(jobs.map((job) => within(offerMs, offer(producer, job))));
      faults.clear();
    },
    async work(handler, { concurrency }) {
      const worker = openWorker((job) => handle(handler, job, log), concurrency);
      worker.on("error", (error) => faults.report(error));
      return queueWorker(worker);
    },
    health: () =>
      within(healthMs, producer.getJobCountByTypes("active")).then(
        () => true,
        () => false,
      ),
    async close() {
      await within(closeMs, producer.close()).catch(() => producer.disconnect().catch(() => undefined));
    },
  };
}

function queueWorker(worker: BullWorker): QueueWorker {
  return {
    pause: () => within(closeMs, worker.pause(true)).catch(() => undefined),
    close: (gently) => (gently ? worker.close() : within(closeMs, worker.close(true)).catch(() => undefined)),
  };
}

const offerId = (job_id: string, offer: number): string => `${job_id}-${offer}`;

/** One by one: adding in bulk on PostgreSQL asks for rights to create sequences and temporary tables. */
async function offer(producer: BullProducer, job: Offer): Promise<void> {
  await forgetPrevious(producer, job);
  const { organization_id, job_id } = job;
  const options = { jobId: offerId(job_id, job.offer), attempts: 1, removeOnComplete: true, removeOnFail: true };
  await producer.add(job.name, { organization_id, job_id }, options);
}

/** So that offers of a job that waits for its turn do not pile up. One that is being handled stays and does no harm. */
async function forgetPrevious(producer: BullProducer, job: Offer): Promise<void> {
  if (job.previous_offer === null) return;
  await producer.remove(offerId(job.job_id, job.previous_offer)).catch(() => undefined);
}

async function handle(handler: DeliveryHandler, job: Job, log: JobLog): Promise<void> {
  try {
    await handler(job.data);
  } catch (err) {
    log.error({ err, offer: job.id }, "a delivery could not be handled");
  }
}

/** Rejects when `work` takes longer than `ms`; what comes of it later is not looked at. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the queue did not answer in time")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

class FaultLog {
  readonly #kind: string;
  readonly #log: JobLog;
  #last = "";

  constructor(kind: string, log: JobLog) {
    this.#kind = kind;
    this.#log = log;
  }

  report(error: Error): void {
    const text = "code" in error && typeof error.code === "string" ? error.code : error.message;
    if (text === this.#last) return;
    this.#last = text;
    this.#log.warn({ err: error, queue: this.#kind }, "the queue reports a fault");
  }

  clear(): void {
    this.#last = "";
  }
}
