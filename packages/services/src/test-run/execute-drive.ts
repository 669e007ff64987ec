/**
 * Drives a test run: claims its open results, has them made, stores them, until none is open. One executor per run at a
 * time; when it dies, the next takes over and makes at most those again that were being made.
 */
import { randomUUID } from "node:crypto";
import type { RunLease, TakenRun } from "@rhesis/db/queries/run-execution";
import { BudgetSpentError } from "@rhesis/engine/model/budget";
import { RunBudget } from "./execute-budget.ts";
import { runPhase, type Phase, type PhaseEnd } from "./execute-phase.ts";
import { exhaustedResult } from "./execute-result.ts";
import { retryingWrite, type RetryingWrite } from "./execute-retry.ts";
import { ResultWriter } from "./execute-store.ts";
import {
  LostRunError,
  type BegunRun,
  type ClaimedResult,
  type ExecutionEnd,
  type ExecutionTools,
  type OpenMaker,
  type ResultMaker,
  type RunToExecute,
} from "./execute-types.ts";
import { RunWatch } from "./execute-watch.ts";
import { runQueries, type RunQueries } from "./run-queries.ts";

/** A result that so many workers began and did not survive runs alone: it may be what kills them. */
const suspect_claims = 3;
/** After so many, a result is an error. */
const mostClaims = 5;
const retryMs = 1_000;

/**
 * Begins a run or goes on with it. How its results are made is up to the maker that `open` returns; what is thrown is a
 * fault of ours or of the database, after which the run can be gone on with.
 */
export async function driveRun(tools: ExecutionTools, run: RunToExecute, open: OpenMaker): Promise<ExecutionEnd> {
  const lease: RunLease = { test_run_id: run.test_run_id, lease_token: randomUUID() };
  const taken = await tools.database.write(run.tenant, (tx) =>
    (tools.queries ?? runQueries).takeRun(tx, lease, { job_id: run.job_id, suspect_claims }),
  );
  if (taken === undefined) return { status: "completed" };
  const execution = new Execution(tools, run, { lease, taken });
  const end = await unlessLost(execution.execute(open));
  tools.log.info({ test_run_id: run.test_run_id, status: end.status }, "the execution of a test run ended");
  if (end.status !== "lost" && end.status !== "released") tools.observer?.ended(end.status);
  return end;
}

async function unlessLost(execution: Promise<ExecutionEnd>): Promise<ExecutionEnd> {
  try {
    return await execution;
  } catch (error) {
    if (error instanceof LostRunError) return { status: "lost" };
    throw error;
  }
}

/** What a model may not be asked about any more is given back, as if it had been aborted. */
async function unlessSpent<T>(made: Promise<T | null>): Promise<T | null> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof BudgetSpentError) return null;
    throw error;
  }
}

class Execution {
  readonly #run: RunToExecute;
  readonly #lease: RunLease;
  readonly #taken: TakenRun;
  readonly #watch: RunWatch;
  readonly #writer: ResultWriter;
  readonly #queries: RunQueries;
  readonly #write: RetryingWrite;
  readonly #writeAtOnce: RetryingWrite;
  readonly #onHold: ExecutionTools["onHold"];
  readonly #budget: RunBudget | null;
  #wishesPause = false;
  #wish: Promise<void> = Promise.resolve();

  constructor(tools: ExecutionTools, run: RunToExecute, { lease, taken }: { lease: RunLease; taken: TakenRun }) {
    this.#run = run;
    this.#lease = lease;
    this.#taken = taken;
    this.#watch = new RunWatch(tools, run, lease);
    this.#write = retryingWrite(tools, run);
    this.#writeAtOnce = retryingWrite(tools, run, "writeAtOnce");
    this.#onHold = tools.onHold;
    this.#queries = tools.queries ?? runQueries;
    const pause = (reason: string): void => this.#rest(reason);
    this.#budget = RunBudget.of(lease, taken, { write: this.#write, log: tools.log, pause });
    this.#writer = new ResultWriter(tools, run, { lease, taken, booked: () => this.#budget?.booked });
  }

  async execute(open: OpenMaker): Promise<ExecutionEnd> {
    const { wish } = this.#taken;
    if (wish === "cancel") return this.#cancel();
    if (wish === "pause") return this.#pause();
    const stopHearing = this.#hearHolds();
    try {
      const maker = await open(this.#begun());
      if (maker.control !== undefined) this.#watch.onLook((control) => maker.control?.(control));
      await this.#watch.start();
      this.#budget?.pauseIfSpent();
      for (const phase of this.#phases(maker)) {
        const end = await runPhase(phase);
        await this.#wish;
        if (end.error instanceof LostRunError) throw end.error;
        if (end.error !== undefined || this.#watch.reason !== null) return await this.#leave(end);
        if (this.#writer.completed) return { status: "completed" };
      }
      return await this.#finish();
    } finally {
      stopHearing();
      this.#watch.close();
      await this.#writer.close();
      if (!this.#writer.completed) await this.#budget?.settle();
    }
  }

  /** Another run of the endpoint may have been asked to wait: that binds this one too, at once. */
  #hearHolds(): () => void {
    const { endpoint_id } = this.#taken;
    return this.#onHold?.((id) => void (id === endpoint_id && this.#watch.look())) ?? (() => undefined);
  }

  #begun(): BegunRun {
    const { plan, project_id, endpoint_id, source_run_id } = this.#taken;
    return {
      run: this.#run,
      plan,
      project_id,
      endpoint_id,
      source_run_id,
      ending: this.#watch.ending,
      signal: this.#watch.calls,
      budget: this.#budget?.models,
      pause: (reason) => this.#rest(reason),
      // Who waits keeps to it already; that others may not know it for half a second is no fault of the run.
      hold: (ms) => void this.#write((tx) => this.#queries.holdEndpoint(tx, this.#lease, ms)).catch(() => undefined),
    };
  }

  #rest(reason: string): void {
    if (this.#wishesPause) return;
    this.#wishesPause = true;
    this.#wish = this.#write((tx) => this.#queries.wishPause(tx, this.#lease, reason))
      .then(this.#watch.look, this.#watch.look)
      .finally(() => (this.#wishesPause = false));
  }

  async #cancel(): Promise<ExecutionEnd> {
    const end = { status: "cancelled" as const, error: null };
    const held = await this.#write((tx) => this.#queries.stopRun(tx, this.#lease, end));
    return { status: held ? "cancelled" : "lost" };
  }

  /** A wish that was withdrawn meanwhile leaves the run to be gone on with. */
  async #pause(): Promise<ExecutionEnd> {
    const paused = await this.#write(async (tx) => {
      await this.#queries.returnResults(tx, this.#lease);
      return this.#queries.pauseRun(tx, this.#lease);
    });
    return paused ? { status: "paused" } : { status: "released", delay_ms: 0 };
  }

  /** First what is not suspected of anything, side by side; then the suspects, one by one; then those that are spent. */
  #phases(maker: ResultMaker): Phase[] {
    // While the wish to rest is being written, nothing more is begun that it would have spared.
    const limit = () => (this.#wishesPause ? 0 : maker.limit());
    const work = (row: ClaimedResult) => this.#work(maker, row);
    const { ending } = this.#watch;
    const onLimitChange: Phase["onLimitChange"] = (listener) => this.#watch.onLook(listener);
    const every = { ending, onLimitChange };
    return [
      { ...every, claim: this.#claim(maker, 0, suspect_claims), limit, work, ahead: 2 },
      { ...every, claim: this.#claim(maker, suspect_claims, mostClaims), limit: () => 1, work, ahead: 0 },
      {
        ...every,
        claim: this.#claim(maker, mostClaims, 2 ** 31 - 1),
        limit: () => 100,
        work: (row) => this.#writer.store(exhaustedResult(row)),
        ahead: 0,
      },
    ];
  }

  #claim(maker: ResultMaker, min_claims: number, max_claims: number): Phase["claim"] {
    const write = maker.claimed === undefined ? this.#writeAtOnce : this.#write;
    return (limit, after) =>
      write(async (tx) => {
        const rows = await this.#queries.claimResults(tx, this.#lease, { limit, after, min_claims, max_claims });
        await maker.claimed?.(tx, rows);
        return rows;
      });
  }

  async #work(maker: ResultMaker, row: ClaimedResult): Promise<void> {
    const scored = await unlessSpent(maker.make(row));
    if (scored !== null) await this.#writer.store(scored);
  }

  /** The run goes on elsewhere, or not at all. */
  async #leave({ error }: PhaseEnd): Promise<ExecutionEnd> {
    if (this.#writer.completed) return { status: "completed" };
    const reason = this.#watch.reason;
    if (reason !== "lost") await this.#budget?.settle();
    if (reason === "lost") return { status: "lost" };
    if (reason === "cancelled") return this.#cancel();
    if (reason === "paused" && error === undefined) return this.#pause();
    await this.#write((tx) => this.#queries.returnResults(tx, this.#lease));
    if (error !== undefined) throw error;
    return { status: "released", delay_ms: 0 };
  }

  /** Nothing is left to claim, and yet the last result did not end the run: it had none, or a row was locked. */
  async #finish(): Promise<ExecutionEnd> {
    const completed = await this.#write((tx) => this.#queries.completeRun(tx, this.#lease, this.#budget?.booked));
    return completed ? { status: "completed" } : { status: "released", delay_ms: retryMs };
  }
}
