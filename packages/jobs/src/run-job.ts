/** Does one job under a lease: claimed by its row, kept by a heartbeat, ended or given back by its row. */
import type { Database } from "@rhesis/db/database";
import type { ClaimedJob, JobEnd } from "@rhesis/db/queries/job";
import type { Tenant, Tx } from "@rhesis/db/tenant";
import { runInContext } from "@rhesis/telemetry/request-context";
import { withSpan } from "@rhesis/telemetry/tracing";
import { z } from "zod";
import { jobCatalog, type JobName, type JobPayload } from "./catalog.ts";
import type { JobLog } from "./job-log.ts";
import { jobQueries, type JobQueries } from "./job-queries.ts";

/** Leases are judged by the database's clock; the holder gives up by its own clock a little earlier. */
export const leaseMs = 3_000;
export const heartbeatMs = 1_000;

/** After so many faults in a row, over about ten minutes, a job is failed. */
export const mostFailures = 20;

/** How a handler ended: for good; given back, to be gone on with after `delay_ms`; or taken over by somebody else. */
export type JobOutcome = JobEnd | { status: "released"; delay_ms: number } | { status: "lost" };

export type JobContext = {
  tenant: Tenant;
  job: ClaimedJob;
  /** Aborted when the lease is lost: another worker may be at it already, so nothing may be started any more. */
  lease: AbortSignal;
  /** Aborted when the process stops: begin nothing new and give the work back. */
  stop: AbortSignal;
};

export type JobHandler<N extends JobName> = {
  run(payload: JobPayload<N>, context: JobContext): Promise<JobOutcome>;
  /** Ends what the job was about, in the transaction that ends the job as failed. Its payload may be of any shape. */
  onFailed?(tx: Tx, job: ClaimedJob, error: string): Promise<void>;
};

export type JobHandlers = { [N in JobName]: JobHandler<N> };

export type JobRunner = {
  database: Pick<Database, "write">;
  /** What it asks of the database where that is not the real one. */
  queries?: JobQueries | undefined;
  handlers: JobHandlers;
  log: JobLog;
  stop: AbortSignal;
};

const delivery = z.object({ organization_id: z.uuid(), job_id: z.uuid() });

/** Handles what the queue delivered. A job that is done, or in somebody's hands, is left alone. */
export async function runJob(runner: JobRunner, delivered: unknown): Promise<void> {
  const parsed = delivery.safeParse(delivered);
  if (!parsed.success) {
    runner.log.error({}, "refused a delivery that names no organization or no job");
    return;
  }
  if (runner.stop.aborted) return;
  const { organization_id, job_id } = parsed.data;
  // Whatever is logged on the way says whose job it was.
  await runInContext({ organization_id, job_id }, () => claimAndDo(runner, organization_id, job_id));
}

async function claimAndDo(runner: JobRunner, organization_id: string, job_id: string): Promise<void> {
  const asked = performance.now();
  const job = await claim(runner, organization_id, job_id);
  if (job === undefined) return;
  const tenant: Tenant = { organization_id, user_id: job.user_id };
  const keeper = new LeaseKeeper(runner, tenant, { job, asked });
  try {
    const outcome = await attempt(runner, { tenant, job, lease: keeper.signal, stop: runner.stop });
    await settle(runner, tenant, job, outcome);
  } finally {
    keeper.stop();
  }
}

async function claim({ database, queries = jobQueries, log }: JobRunner, organization_id: string, id: string) {
  try {
    return await database.write({ organization_id, user_id: null }, (tx) => queries.claimJob(tx, id, leaseMs));
  } catch (err) {
    log.error({ err, job_id: id }, "a job could not be claimed; it is offered again");
    return undefined;
  }
}

type AttemptOutcome = JobOutcome | { status: "faulty"; failures: number };

async function attempt(runner: JobRunner, context: JobContext): Promise<AttemptOutcome> {
  const { job } = context;
  if (!isJobName(job.name)) return { status: "failed", error: `There is no job called ${job.name}.` };
  if (job.attempts > jobCatalog[job.name].max_attempts) return gaveUp(job);
  const payload = jobCatalog[job.name].payload.safeParse(job.payload);
  if (!payload.success) return { status: "failed", error: "Its payload is not what this job takes." };
  try {
    const handler = runner.handlers[job.name];
    return await withSpan(job.name, spanAttributes(context), () => handler.run(payload.data, context));
  } catch (err) {
    if (context.lease.aborted) return { status: "lost" };
    const failures = job.failures + 1;
    runner.log.error({ err, job_id: job.id, attempts: job.attempts, failures }, "a job failed");
    if (failures < mostFailures) return { status: "faulty", failures };
    return { status: "failed", error: `It failed ${failures} times in a row. The log of the worker says why.` };
  }
}

function spanAttributes({ job, tenant }: JobContext): Record<string, string | number> {
  const { organization_id } = tenant;
  return { "rhesis.organization_id": organization_id, "rhesis.job_id": job.id, "rhesis.attempts": job.attempts };
}

function gaveUp({ attempts }: ClaimedJob): JobEnd {
  return { status: "failed", error: `It was begun ${attempts - 1} times and never came to its end.` };
}

function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/** After so many failures in a row: 1 s, doubled up to 1 min, with up to half of it taken off so that jobs do not come back together. */
function retryDelay(failures: number): number {
  const full = Math.min(1_000 * 2 ** Math.min(failures - 1, 6), 60_000);
  return Math.round(full * (1 - Math.random() / 2));
}

async function settle(runner: JobRunner, tenant: Tenant, job: ClaimedJob, outcome: AttemptOutcome): Promise<void> {
  const lease = { id: job.id, attempts: job.attempts };
  const { releaseJob, endJob } = runner.queries ?? jobQueries;
  try {
    await runner.database.write(tenant, async (tx) => {
      if (outcome.status === "lost") return;
      const { status } = outcome;
      if (status === "released") await releaseJob(tx, lease, { delay_ms: outcome.delay_ms, failures: 0 });
      else if (status === "faulty")
        await releaseJob(tx, lease, { delay_ms: retryDelay(outcome.failures), failures: outcome.failures });
      else if ((await endJob(tx, lease, outcome)) && outcome.status === "failed")
        await failed(runner, tx, job, outcome);
    });
  } catch (err) {
    // The lease runs out by itself, and the job is offered again.
    runner.log.error({ err, job_id: job.id }, "the end of a job could not be written");
  }
}

async function failed({ handlers, log }: JobRunner, tx: Tx, job: ClaimedJob, { error = "" }: JobEnd): Promise<void> {
  log.warn({ job_id: job.id, name: job.name, attempts: job.attempts, error }, "a job failed for good");
  if (isJobName(job.name)) await handlers[job.name].onFailed?.(tx, job, error);
}

/** Extends a lease until stopped. Gives it up when it went to somebody else, or could not be extended in time. */
class LeaseKeeper {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #runner: JobRunner;
  readonly #tenant: Tenant;
  readonly #job: ClaimedJob;
  #end: NodeJS.Timeout | undefined;
  #beating = false;

  constructor(runner: JobRunner, tenant: Tenant, { job, asked }: { job: ClaimedJob; asked: number }) {
    this.#runner = runner;
    this.#tenant = tenant;
    this.#job = job;
    this.#extended(asked);
    this.#timer = setInterval(() => void this.#beat(), heartbeatMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#end);
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    const asked = performance.now();
    const { id, attempts } = this.#job;
    try {
      const { database, queries = jobQueries } = this.#runner;
      const held = await database.write(this.#tenant, (tx) => queries.extendLease(tx, { id, attempts }, leaseMs));
      if (held) this.#extended(asked);
      else this.#giveUp("a lease went to somebody else");
    } catch (err) {
      this.#runner.log.warn({ err, job_id: id }, "a lease could not be extended; it is tried again");
    } finally {
      this.#beating = false;
    }
  }

  /** @param asked when the extension was sent: the database counted from then at the earliest */
  #extended(asked: number): void {
    clearTimeout(this.#end);
    const left = asked + leaseMs - performance.now();
    this.#end = setTimeout(() => this.#giveUp("a lease could not be extended in time"), left);
  }

  #giveUp(why: string): void {
    this.stop();
    if (this.#abort.signal.aborted) return;
    this.#runner.log.warn({ job_id: this.#job.id }, why);
    this.#abort.abort(new Error(why));
  }
}
