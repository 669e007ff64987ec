/**
 * Watches a simulated history and says what promise was broken. It knows three things that know nothing of each other:
 * what the script says, which calls began, and what was committed.
 */
import { isRunOver } from "@rhesis/engine/run/schema";
import type { Execution, Worker } from "./execution.ts";
import type { ResultRow, RunRow, Snapshot } from "./rows.ts";
import { verdicts, type Script } from "./script.ts";
import type { Committed } from "./simulated-database.ts";
import { countResults } from "./simulated-run-queries.ts";
import type { VirtualTime } from "./virtual-time.ts";

const suspectClaims = 3;
const mostClaims = 5;
const lookMs = 500;
const showMs = 250;

export class Oracle {
  readonly violations: string[] = [];
  /** Since when the run and the weather have been left alone. */
  disturbed_at = 0;
  readonly #script: Script;
  readonly #time: VirtualTime;
  readonly #now: () => Snapshot;
  readonly #executions: Execution[] = [];
  readonly #limit: number;
  /** A trip to the database and back, with room for one that waits for another. */
  readonly #tripMs: number;
  readonly #keys = new Map<number, string>();
  readonly #lost = new Map<number, number>();
  readonly #calls = new Map<number, number>();
  #holder: Execution | null = null;
  #unclean = 0;
  #asked = { cancel: Infinity, pause: Infinity, hold: 0 };
  #ends = 0;

  constructor(script: Script, { time, now }: { time: VirtualTime; now: () => Snapshot }) {
    this.#script = script;
    this.#time = time;
    this.#now = now;
    this.#limit = Math.min(script.concurrency, script.max_concurrency);
    this.#tripMs = 6 * script.most_trip_ms + 10;
  }

  broken(what: string): void {
    this.violations.push(`${Math.round(this.#time.now)} ms: ${what}`);
  }

  began(life: Worker, lease: AbortSignal): Execution {
    const none = { token: null, taken_at: 0, fenced_at: null, ended: null };
    const execution = {
      nr: this.#executions.length,
      life,
      lease,
      ...none,
      open: new Set<number>(),
      asked: new Set<number>(),
    };
    this.#executions.push(execution);
    return execution;
  }

  /** What the observer of a process is told: a run ends once. */
  readonly told = (status: string): void => {
    if (isRunOver(status as RunRow["status"]) && ++this.#ends > 1) this.broken("a run was said to end twice");
  };

  ended(execution: Execution, how: NonNullable<Execution["ended"]>): void {
    execution.ended = how;
    if (how === "lost" || execution.token === null) return;
    if (execution.open.size > 0)
      this.broken(`execution ${execution.nr} ended (${how}) and left ${execution.open.size} calls open`);
    const { stopped_at, asleep_until } = execution.life;
    const late = this.#time.now - Math.max(stopped_at ?? Infinity, asleep_until, this.disturbed_at, execution.taken_at);
    if (late > this.#script.grace_ms + 2 * lookMs + this.#tripMs)
      this.broken(`a worker that stopped was held for ${late} ms`);
    if (how === "threw") return;
    const { run, results } = this.#now();
    if (run.lease_token !== execution.token) return;
    if (run.begun_through !== null && !isRunOver(run.status))
      this.broken(`a run that was ${how} still has begun results`);
    for (const row of results) if (row.status === "pending") this.#checkClaims(row, this.#unclean);
  }

  /** A call goes out to the application. */
  called(execution: Execution, test: number, key: string): void {
    const who = `execution ${execution.nr} asks test ${test}`;
    const { run, results } = this.#now();
    const row = results[test];
    if (row === undefined) return this.broken(`${who}, which is not there`);
    if (execution.lease.aborted) this.broken(`${who} without a lease`);
    if (execution.ended !== null) this.broken(`${who} after its end`);
    if ((this.#keys.get(test) ?? key) !== key) this.broken(`${who} under another key`);
    this.#keys.set(test, key);
    if (execution.asked.has(test)) this.broken(`${who} again`);
    execution.asked.add(test);
    if (execution.open.size >= this.#limit)
      this.broken(`${who} beside ${execution.open.size} others, ${this.#limit} are allowed`);
    execution.open.add(test);
    this.#calls.set(test, (this.#calls.get(test) ?? 0) + 1);
    if (run.lease_token === execution.token) this.#checkHeld(execution, { who, run, row });
    else this.#checkFenced(execution, who);
    this.#checkAlone(execution, who);
    this.#checkWishes(execution, who);
  }

  /** A call that was aborted came to nothing: its result is open as before. */
  aborted(execution: Execution, test: number): void {
    const { life, lease, fenced_at } = execution;
    const isUnwanted = this.#asked.cancel < Infinity || lease.aborted || fenced_at !== null || life.stopped_at !== null;
    if (!isUnwanted) this.broken(`execution ${execution.nr} ended the call of test ${test}, which was wanted`);
    execution.open.delete(test);
    execution.asked.delete(test);
    this.#calls.set(test, (this.#calls.get(test) ?? 0) - 1);
  }

  readonly committed = ({ before, after }: Committed): void => {
    const [old, run] = [before.run, after.run];
    if (isRunOver(old.status) && old.status !== run.status)
      this.broken(`a run that was ${old.status} became ${run.status}`);
    if (old.lease_token !== run.lease_token) this.#taken(old, run);
    for (const [test, row] of after.results.entries()) {
      const was = before.results[test];
      if (was !== undefined && was !== row) this.#changed(test, { was, row, run });
    }
    this.#noteWishes(old, run);
    this.#checkCounters(run, after.results);
    this.#checkStates(old, run, after);
  };

  /** Nothing happens any more. */
  end({ run, results, jobs }: Snapshot, repeating: number): void {
    this.#checkCalls();
    if (repeating > 0) this.broken(`${repeating} timers go on after the end`);
    const isWanted = !run.cancel_requested && !run.deleted;
    const rests = run.deleted && run.status === "paused";
    if (!isRunOver(run.status) && !rests) this.broken(`the run is ${run.status} and nobody goes on with it`);
    if (isWanted && run.status !== "completed") this.broken(`the run ended as ${run.status}`);
    if (run.status === "failed") this.broken("the run failed");
    for (const job of jobs)
      if (job.status === "queued" || job.status === "running") this.broken(`a job is still ${job.status}`);
    if (rests) return;
    for (const [test, row] of results.entries()) {
      if (row.status === "pending") this.broken(`test ${test} is open, and the run has ended`);
      if (row.status === "cancelled" && run.status !== "cancelled") this.broken(`test ${test} was given up`);
    }
  }

  #execution(token: string | null): Execution | undefined {
    return this.#executions.findLast((execution) => execution.token === token);
  }

  #taken(old: RunRow, run: RunRow): void {
    const before = this.#holder;
    if (before !== null) {
      before.fenced_at = this.#time.now;
      const isClean = before.ended === "released" || before.ended === "paused";
      if (!isClean) this.#unclean += 1;
      if (!isClean && old.begun_through !== null)
        for (const test of before.open) this.#lost.set(test, (this.#lost.get(test) ?? 0) + 1);
    }
    if (this.#executions.some(({ token, fenced_at }) => token === run.lease_token && fenced_at !== null))
      this.broken("a run was taken with a token that was used before");
    this.#holder = this.#execution(run.lease_token) ?? null;
    if (this.#holder !== null) this.#holder.taken_at = this.#time.now;
  }

  #changed(test: number, { was, row, run }: { was: ResultRow; row: ResultRow; run: RunRow }): void {
    if (was.status !== "pending") return this.broken(`the result of test ${test} was written twice`);
    if (row.claims !== was.claims) this.#checkClaims(row, this.#unclean);
    if (row.status !== "completed") return;
    const execution = this.#execution(run.lease_token);
    const behaviour = this.#script.tests[test] ?? "answer";
    const isSpent = row.error_code === "attempts_exhausted";
    if (isSpent && row.claims < mostClaims) this.broken(`test ${test} was given up after ${row.claims} claims`);
    if (isSpent ? row.verdict !== "error" : row.verdict !== verdicts[behaviour])
      this.broken(`test ${test} (${behaviour}) is ${row.verdict}`);
    if (!isSpent && behaviour === "poison") this.broken(`test ${test} kills who asks it, and has an answer`);
    if (!isSpent && execution?.asked.has(test) !== true)
      this.broken(`test ${test} has a result of who has not asked it`);
    if (row.scores !== (row.verdict === "error" ? 0 : 1))
      this.broken(`test ${test} (${row.verdict}) has ${row.scores} scores`);
    for (const { open } of this.#executions) open.delete(test);
    this.#expectShown(execution);
  }

  #checkClaims({ id, claims }: ResultRow, most: number): void {
    if (claims > most) this.broken(`${id} counts ${claims} claims, at most ${most} can be`);
  }

  /** Whoever holds the run has written down what it begins before it begins it. */
  #checkHeld(_: Execution, { who, run, row }: { who: string; run: RunRow; row: ResultRow }): void {
    if (isRunOver(run.status) || run.status === "paused") this.broken(`${who} of a run that is ${run.status}`);
    if (row.status !== "pending") this.broken(`${who}, which has a result`);
    const isNoted = run.begun_through !== null && row.id <= run.begun_through;
    if (!isNoted) this.broken(`${who}, which is not written down as begun`);
    if (row.claims >= mostClaims) this.broken(`${who}, which was begun ${row.claims} times`);
  }

  /** Its lease has run out before another could take the run: only who sleeps through that may be late. */
  #checkFenced({ fenced_at, life }: Execution, who: string): void {
    if (this.#time.now > Math.max(fenced_at ?? 0, life.asleep_until) + this.#tripMs)
      this.broken(`${who} after the run was taken`);
  }

  /** What was under way in so many deaths goes alone. */
  #checkAlone({ open }: Execution, who: string): void {
    if (open.size < 2) return;
    for (const test of open)
      if ((this.#lost.get(test) ?? 0) >= suspectClaims)
        this.broken(`${who} beside others, and test ${test} is suspect`);
  }

  #checkWishes({ life, taken_at }: Execution, who: string): void {
    const { now } = this.#time;
    const excused = Math.max(life.asleep_until, this.disturbed_at);
    const { cancel, pause, hold } = this.#asked;
    if (now > Math.max(cancel, excused) + lookMs + this.#tripMs) this.broken(`${who} long after the cancel`);
    if (now > Math.max(pause, excused) + lookMs + this.#tripMs) this.broken(`${who} long after the pause`);
    const { held_until } = this.#now().run;
    if (hold < taken_at && excused < taken_at && now < (held_until ?? 0))
      this.broken(`${who} before the target may be asked`);
  }

  #noteWishes(old: RunRow, run: RunRow): void {
    const { now } = this.#time;
    const isGone = (row: RunRow) => row.cancel_requested || row.deleted;
    if (isGone(run) && !isGone(old)) this.#asked.cancel = now;
    if (run.pause_requested !== old.pause_requested) this.#asked.pause = run.pause_requested ? now : Infinity;
    if (run.held_until !== old.held_until) this.#asked.hold = now;
  }

  #checkCounters(run: RunRow, results: readonly ResultRow[]): void {
    const rows = countResults(results);
    const rests = isRunOver(run.status) || run.status === "paused";
    for (const name of ["passed", "failed", "inconclusive", "errored"] as const) {
      if (run[name] > rows[name]) this.broken(`the run shows ${run[name]} ${name}, there are ${rows[name]}`);
      else if (rests && run[name] < rows[name])
        this.broken(`a run that is ${run.status} shows ${run[name]} ${name} of ${rows[name]}`);
    }
  }

  #checkStates(old: RunRow, run: RunRow, { results }: Snapshot): void {
    const isDone = results.every(({ status }) => status === "completed");
    if (isDone && run.status === "running") this.broken("the last result did not end the run");
    if (old.status === run.status) return;
    const holder = this.#holder;
    if (run.status === "paused" && holder !== null && old.status === "running") {
      if (holder.open.size > 0) this.broken(`the run rests, and ${holder.open.size} calls are under way`);
      if (run.begun_through !== null) this.broken("the run rests, and has begun results");
    }
    if (run.status !== "cancelled" || holder === null || old.status !== "running") return;
    const since = Math.max(this.#asked.cancel, this.disturbed_at, holder.taken_at, holder.life.asleep_until);
    const ms = this.#time.now - since;
    if (ms > 2 * lookMs + 3 * this.#tripMs) this.broken(`a cancel took ${Math.round(ms)} ms`);
  }

  /** What is stored is shown within moments, while nothing is in the way. */
  #expectShown(execution: Execution | undefined): void {
    if (execution === undefined) return;
    const stored = this.#now().results.filter(({ status }) => status === "completed").length;
    const at = this.#time.now;
    this.#time.after(showMs + 2 * this.#tripMs, null, () => {
      const { run } = this.#now();
      const { alive, asleep_until } = execution.life;
      if (execution.ended === "lost" || execution.ended === "threw") return;
      if (run.lease_token !== execution.token || !alive || asleep_until > at || this.disturbed_at > at - lookMs) return;
      const shown = run.passed + run.failed + run.inconclusive + run.errored;
      if (shown < stored) this.broken(`the run shows ${shown} results, ${stored} are stored for long`);
    });
  }

  /** How often a test was asked; the script says how often it may be at most. */
  #checkCalls(): void {
    for (const [test, behaviour] of this.#script.tests.entries())
      if (behaviour === "poison" && (this.#calls.get(test) ?? 0) > mostClaims)
        this.broken(`test ${test} was asked ${this.#calls.get(test)} times`);
  }
}
