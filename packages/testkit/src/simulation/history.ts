/** Plays one seed: the real executor and the real leases on simulated rows, with all that the script has happen. */
import { isRunOver } from "@rhesis/engine/run/schema";
import type { runJob, JobHandlers, JobRunner } from "@rhesis/jobs/run-job";
import type { executeTestRun, CallingTools } from "@rhesis/services/test-run/execute";
import type { Execution, Worker } from "./execution.ts";
import { runFacts, jobId, organization_id } from "./facts.ts";
import { Oracle } from "./oracle.ts";
import { Draw } from "./random.ts";
import { firstRows, type RunFacts } from "./rows.ts";
import { drawScript, type Happening, type Script } from "./script.ts";
import { SimulatedDatabase, type Weather } from "./simulated-database.ts";
import { offerDueJobs, simulateJobQueries } from "./simulated-job-queries.ts";
import { actOnRun, type PeopleAct } from "./simulated-people.ts";
import { failingQueries, simulateRunQueries } from "./simulated-run-queries.ts";
import { simulateTarget } from "./simulated-target.ts";
import { Story } from "./story.ts";
import { VirtualTime, type Life } from "./virtual-time.ts";

/** What is simulated: the real thing, or a mutant of it. */
export type Machine = { executeTestRun: typeof executeTestRun; runJob: typeof runJob };

const sweepMs = 500;
const peopleMs = 900;
/** How long a write waits at most before it is tried again, and a look for the next. */
const recoveryMs = 1_600;
const mostMs = 150_000;
const mostSteps = 60_000;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export class History {
  readonly script: Script;
  readonly oracle: Oracle;
  readonly time = new VirtualTime();
  readonly draw: Draw;
  readonly story: Story | null;
  readonly #machine: Machine;
  readonly #facts: RunFacts;
  readonly #database: SimulatedDatabase;
  readonly #workers: Worker[] = [];
  #jobs = 1;
  #next = 0;
  #outage_until = 0;
  #disturbed = 0;
  #isDone = false;

  constructor(seed: number, machine: Machine, { tells }: { tells: boolean }) {
    this.script = drawScript(seed);
    this.draw = new Draw(seed + 1_000_003);
    this.#machine = machine;
    this.#facts = runFacts(this.script);
    this.story = tells ? new Story(this.time) : null;
    this.#database = new SimulatedDatabase(this.time, firstRows(this.#facts, jobId(0)), this.#weather());
    const now = () => this.#database.now;
    this.oracle = new Oracle(this.script, { time: this.time, now });
    this.#database.onCommit = (committed) => {
      this.story?.committed(committed);
      this.oracle.committed(committed);
      const { run, jobs } = committed.after;
      const rests = run.deleted && run.status === "paused";
      const isOpen = jobs.some(({ status }) => status === "queued" || status === "running");
      this.#isDone = !isOpen && (isRunOver(run.status) || rests);
    };
  }

  /** Resolves when the run has ended and nobody works any more; then the oracle has seen everything. */
  async play(): Promise<void> {
    for (let nr = 0; nr < this.script.workers; nr++) this.#hire();
    this.time.every(sweepMs, null, () => this.#sweep());
    this.time.every(peopleMs, null, () => this.#goOn());
    this.#sweep();
    await this.time.run(() => this.#isOver());
    this.oracle.end(this.#database.now, this.time.repeating());
  }

  #isOver(): boolean {
    const happening = this.script.happenings[this.#next];
    if (happening !== undefined && this.time.steps >= happening.after_steps) {
      this.#next += 1;
      this.#happen(happening.what);
    }
    if (this.#isDone && this.#workers.every(({ alive, doing }) => !alive || doing === 0)) return true;
    const isLate = this.time.now > this.#disturbed + mostMs || this.time.steps > mostSteps;
    if (isLate) this.oracle.broken("nothing comes to an end");
    return isLate;
  }

  #hire(): void {
    const life = {
      alive: true,
      asleep_until: 0,
      stopped_at: null,
      cut_off_until: 0,
      doing: 0,
      stop: new AbortController(),
    };
    this.#workers.push({ nr: this.#workers.length, ...life });
  }

  #weather(): Weather {
    const { most_trip_ms, broken_share, faults_over_at } = this.script;
    return {
      latency: () => this.draw.integer(0, most_trip_ms),
      breaks: (life) => {
        const { now } = this.time;
        const isOut = now < Math.max(this.#outage_until, (life as Worker).cut_off_until);
        if (!isOut && (now > faults_over_at || !this.draw.chance(broken_share))) return null;
        this.#disturb(now);
        return isOut || this.draw.chance(0.5) ? "before" : "after";
      },
    };
  }

  #disturb(at: number): void {
    this.#disturbed = Math.max(this.#disturbed, at);
    this.oracle.disturbed_at = this.#disturbed + recoveryMs;
  }

  /** The relay: offers what is due, as often as the script says not at all or twice. */
  #sweep(): void {
    let due: string[] = [];
    this.#database.atOnce((s) => (due = offerDueJobs(s)));
    const early = this.time.now < this.script.faults_over_at;
    for (const id of due) {
      if (!early || !this.draw.chance(this.script.lost_share)) this.#deliver(id);
      if (early && this.draw.chance(this.script.doubled_share)) this.#deliver(id);
    }
    for (const worker of this.#workers) if (worker.stopped_at !== null && worker.doing === 0) this.#leave(worker);
  }

  #leave(worker: Worker): void {
    worker.alive = false;
    this.#database.cut(worker);
  }

  #deliver(job_id: string): void {
    const there = this.#workers.filter(({ alive, stopped_at }) => alive && stopped_at === null);
    const worker = there[this.draw.integer(0, there.length - 1)];
    if (worker === undefined) return;
    this.time.after(this.draw.integer(0, 30), worker, () => {
      void this.#take(worker, job_id);
    });
  }

  async #take(worker: Worker, job_id: string): Promise<void> {
    worker.doing += 1;
    try {
      await this.#machine.runJob(this.#runner(worker), { organization_id, job_id });
    } catch (error) {
      this.oracle.broken(`a delivery ended with ${String(error)}`);
    }
    worker.doing -= 1;
  }

  #runner(worker: Worker): JobRunner {
    const { test_run_id } = this.#facts;
    const onDue = () => this.time.after(this.draw.integer(0, 20), null, () => this.#sweep());
    const run: JobHandlers["execute_test_run"]["run"] = async (_, { tenant, job, lease, stop }) => {
      const execution = this.oracle.began(worker, lease);
      this.story?.add(`execution ${execution.nr} begins on worker ${worker.nr}`);
      try {
        const named = { tenant, test_run_id, job_id: job.id, lease, stop };
        const end = await this.#machine.executeTestRun(this.#tools(worker, execution), named);
        this.story?.add(`execution ${execution.nr} is ${end.status}`);
        this.oracle.ended(execution, end.status);
        return end.status === "paused" ? { status: "completed" } : end;
      } catch (error) {
        this.story?.add(`execution ${execution.nr} threw ${String(error)}`);
        this.oracle.ended(execution, "threw");
        throw error;
      }
    };
    const queries = simulateJobQueries({ test_run_id }, onDue);
    const handlers = { execute_test_run: { run }, rescore_test_run: { run } };
    return { database: this.#database, queries, handlers, log: silent, stop: worker.stop.signal };
  }

  #tools(worker: Worker, execution: Execution): CallingTools {
    const { time, draw, script, oracle, story } = this;
    const refuses = () => time.now < script.faults_over_at && draw.chance(script.refused_share);
    const queries = failingQueries(simulateRunQueries(this.#facts), refuses);
    const numberOf = (input: string) => this.#facts.tests.findIndex((test) => test.input === input);
    const kill = (life: Life) => this.#crash(life, draw.integer(0, 500));
    const target = simulateTarget({ time, draw, script, numberOf, kill }, worker, {
      began: (test, key) => {
        story?.add(`execution ${execution.nr} asks test ${test}`);
        oracle.called(execution, test, key);
      },
      ended: (test, how) => {
        story?.add(`execution ${execution.nr}: test ${test} is ${how}`);
        if (how === "aborted") oracle.aborted(execution, test);
      },
    });
    const takeRun: typeof queries.takeRun = (tx, lease, args) => {
      execution.token = lease.lease_token;
      return queries.takeRun(tx, lease, args);
    };
    const nothing = () => {
      throw new Error("the plan of a simulated run holds no secret");
    };
    return {
      database: this.#database,
      queries: { ...queries, takeRun },
      secrets: { seal: nothing, open: nothing, reseal: nothing } as unknown as CallingTools["secrets"],
      policy: { allow_loopback: true, allow_private: [] },
      log: silent,
      observer: { called: () => undefined, stored: () => undefined, ended: oracle.told },
      grace_ms: script.grace_ms,
      target,
    };
  }

  #happen(what: Happening): void {
    this.story?.happened(what);
    const worker = this.#victim();
    switch (what.kind) {
      case "crash":
        return worker && this.#crash(worker, what.away_ms);
      case "restart":
        return worker && this.#restart(worker, what.away_ms);
      case "sleep":
        if (worker !== undefined) worker.asleep_until = Math.max(worker.asleep_until, this.time.now + what.ms);
        // It may hold a lock that others wait for.
        return this.#disturb(this.time.now + what.ms);
      case "cut_off":
        if (worker !== undefined) worker.cut_off_until = this.time.now + what.ms;
        return this.#disturbTime(what.ms);
      case "outage":
        this.#outage_until = this.time.now + what.ms;
        this.#disturb(this.#outage_until);
        return this.#database.cut("all");
      case "deliver_again":
        return this.#deliver(jobId(this.#jobs - 1));
      default:
        return this.#act(what.kind);
    }
  }

  #disturbTime(ms: number): void {
    this.#disturbed = Math.max(this.#disturbed, this.time.now + ms);
  }

  /** Whoever has just done something, so that things happen between any two of its steps. */
  #victim(): Worker | undefined {
    const there = this.#workers.filter(({ alive }) => alive);
    const last = there.find((worker) => worker === this.time.life);
    return last ?? there[this.draw.integer(0, there.length - 1)];
  }

  #crash(life: Life, away_ms: number): void {
    if (!life.alive) return;
    life.alive = false;
    this.#disturbTime(0);
    this.story?.add(`worker ${this.#workers.findIndex((worker) => worker === life)} dies`);
    this.#database.cut(life);
    this.time.after(away_ms, null, () => this.#hire());
  }

  #restart(worker: Worker, away_ms: number): void {
    if (worker.stopped_at !== null) return;
    worker.stopped_at = this.time.now;
    this.time.after(0, worker, () => worker.stop.abort());
    this.time.after(away_ms, null, () => this.#hire());
  }

  #act(act: PeopleAct): void {
    const job_id = jobId(this.#jobs);
    const acted = this.#database.byPeople((s) => actOnRun(s, act, job_id));
    if (act !== "resume") return void acted;
    this.#jobs += 1;
    void acted.then(() => this.#sweep());
  }

  /** Nobody leaves a run resting for ever. */
  #goOn(): void {
    const { status, deleted } = this.#database.now.run;
    if (status === "paused" && !deleted) this.#act("resume");
  }
}
