/** Group commit: while transactions are under way, the next batch gathers. */
import { storeConversations } from "@rhesis/db/queries/conversation";
import type { RunLease, TakenRun } from "@rhesis/db/queries/run-execution";
import type { StoreOutcome } from "@rhesis/db/queries/run-results";
import type { Tx } from "@rhesis/db/tenant";
import { RunProgress, type ProgressStart } from "./execute-progress.ts";
import { retryingWrite, type RetryingWrite } from "./execute-retry.ts";
import { LostRunError, type ExecutionTools, type RunToExecute, type ScoredResult } from "./execute-types.ts";
import { runQueries, type RunQueries } from "./run-queries.ts";

type Waiting = ScoredResult & { resolve: () => void; reject: (error: unknown) => void; size: number };

/** Batches of a run that are stored at once: one is being written while the next is being made. */
const mostFlushes = 2;
const leastRows = 16;
/** Characters of answers, requests and responses in one statement. */
const maxSize = 8_000_000;

type WriterStart = Pick<ProgressStart, "lease" | "booked"> & { taken: TakenRun };

export class ResultWriter {
  readonly #tools: ExecutionTools;
  readonly #queries: RunQueries;
  readonly #store: RetryingWrite;
  readonly #storeLast: RetryingWrite;
  readonly #lease: RunLease;
  readonly #progress: RunProgress;
  readonly #booked: WriterStart["booked"];
  readonly #maxRows: number;
  #waiting: Waiting[] = [];
  #flushes = 0;
  #open: number;
  #storing = 0;
  #onNoneStoring: () => void = () => undefined;
  #completed = false;

  constructor(tools: ExecutionTools, run: RunToExecute, { lease, taken, booked }: WriterStart) {
    this.#tools = tools;
    this.#queries = tools.queries ?? runQueries;
    this.#store = retryingWrite(tools, run, "writeAtOnce");
    this.#storeLast = retryingWrite(tools, run);
    this.#lease = lease;
    this.#progress = new RunProgress(tools, run, { lease, tally: taken.tally, booked });
    this.#booked = booked;
    this.#open = taken.open;
    // All calls that are made at once in one batch would start, and end, together ever after.
    this.#maxRows = Math.max(leastRows, Math.ceil(taken.plan.concurrency / 4));
  }

  /** True once the run has ended with its last result. */
  get completed(): boolean {
    return this.#completed;
  }

  /** Resolves when a result and its scores are committed. Rejects with `LostRunError` when they must not be. */
  store(scored: ScoredResult): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...scored, resolve, reject, size: sizeOf(scored) });
      if (this.#flushes < mostFlushes) void this.#flushAll();
    });
  }

  /** Shows how far the run came, unless it has ended, which counts its rows. */
  close(): Promise<void> {
    return this.#progress.close({ last: !this.#completed });
  }

  async #flushAll(): Promise<void> {
    this.#flushes += 1;
    // Results that came in with the same packet go out together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#flush(takeBatch(this.#waiting, this.#maxRows));
    this.#flushes -= 1;
  }

  async #flush(batch: Waiting[]): Promise<void> {
    try {
      await this.#write(batch);
      for (const { result, resolve } of batch) {
        this.#tools.observer?.stored(result.verdict);
        resolve();
      }
    } catch (error) {
      const [first] = batch;
      if (error instanceof LostRunError || first === undefined) {
        for (const row of batch) row.reject(error);
        return;
      }
      if (batch.length > 1) {
        for (const row of batch) await this.#flush([row]);
        return;
      }
      await this.#storeWithoutAnswer(first, error);
    }
  }

  /** One result that the database refuses must not hold up the others, and must not vanish. */
  async #storeWithoutAnswer(row: Waiting, err: unknown): Promise<void> {
    this.#tools.log.warn({ err, test_result_id: row.result.id }, "a result could not be stored as it was");
    try {
      await this.#write([{ result: refused(row), scores: [] }]);
      row.resolve();
    } catch (error) {
      row.reject(error);
    }
  }

  async #write(batch: ScoredResult[]): Promise<void> {
    const isLast = this.#open - this.#storing === batch.length;
    // The last result ends the run, so it waits for those that are being stored beside it.
    if (isLast && this.#storing > 0) await new Promise<void>((resolve) => (this.#onNoneStoring = resolve));
    this.#storing += batch.length;
    try {
      const { held } = await (isLast && this.#open === batch.length
        ? this.#writeLast(batch)
        : this.#store((tx) => this.#storeBatch(tx, batch)));
      if (!held) throw new LostRunError("the run belongs to somebody else");
      this.#open -= batch.length;
      if (!this.#completed) this.#progress.add(batch);
    } finally {
      this.#storing -= batch.length;
      if (this.#storing === 0) this.#onNoneStoring();
    }
  }

  #storeBatch(tx: Tx, batch: ScoredResult[]): Promise<StoreOutcome> {
    const rows = { results: batch.map((row) => row.result), scores: batch.flatMap((row) => row.scores) };
    const stored = this.#queries.storeResults(tx, this.#lease, rows);
    const conversations = batch.flatMap((row) => row.conversation ?? []);
    if (conversations.length === 0) return stored;
    // Both leave in one flight, and are one transaction.
    return Promise.all([stored, storeConversations(tx, this.#lease, conversations)]).then(([outcome]) => outcome);
  }

  /** Stores the last results and ends the run in one transaction. */
  async #writeLast(batch: ScoredResult[]): Promise<StoreOutcome> {
    await this.#progress.close({ last: false });
    let completed = false;
    const outcome = await this.#storeLast(async (tx) => {
      const stored = await this.#storeBatch(tx, batch);
      completed = stored.held && (await this.#queries.completeRun(tx, this.#lease, this.#booked()));
      return stored;
    });
    this.#completed = completed;
    return outcome;
  }
}

function takeBatch(waiting: Waiting[], maxRows: number): Waiting[] {
  let size = 0;
  let count = 0;
  for (const row of waiting) {
    size += row.size;
    if (count > 0 && (size > maxSize || count === maxRows)) break;
    count++;
  }
  return waiting.splice(0, count);
}

function sizeOf({ result, conversation }: ScoredResult): number {
  const exchanges = [result, ...(conversation?.turns ?? [])];
  return exchanges.reduce((size, { output, request, response }) => {
    return size + (output?.length ?? 0) * 2 + (request?.body?.length ?? 0) + (response?.body.length ?? 0);
  }, 0);
}

function refused({ result }: ScoredResult): ScoredResult["result"] {
  return {
    ...result,
    verdict: "error",
    output: null,
    answer: null,
    request: null,
    response: null,
    error_code: "mapping_failed",
    error_message: "The answer could not be stored: the database refused it.",
  };
}
