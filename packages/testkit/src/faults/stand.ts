/** Plays fault scripts with the real programs: API and workers in processes of their own, PostgreSQL, Redis. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createApiToken } from "../api-token.ts";
import { openTestDatabase, type TestDatabase } from "../database.ts";
import { startRedis, type TestRedis } from "../redis.ts";
import { startStack, type Program, type Stack } from "../stack.ts";
import { createOrganization } from "../tenants.ts";
import { maxAttempts, type History } from "./oracle.ts";
import { readEnd } from "./read-end.ts";
import { restClient, type RestClient } from "./rest-client.ts";
import type { Fault, FaultKind, FaultScript } from "./script.ts";
import { startFaultTarget, type FaultTarget } from "./target.ts";

export type Stand = {
  play(script: FaultScript): Promise<History>;
  close(): Promise<void>;
};

/** A run that has not ended by then never will, for the oracle. */
const mostMs = 120_000;
const pollMs = 20;

/** Opens a stand with a database and, where asked, a Redis of its own. Close it when done. */
export async function openStand(broker: "PostgreSQL" | "Redis"): Promise<Stand> {
  const open = await openTestDatabase();
  const redis = broker === "Redis" ? await startRedis() : undefined;
  const stack = await startStack(open, { workers: 0, ...(redis && { redis_url: redis.url }) });
  const organization = await createOrganization(open.database, "Northwind");
  const client = restClient(stack.url, await createApiToken(open.database, organization.people.owner));
  const { project_id } = organization;
  return {
    play: (script) => new Play({ open, redis, stack, client, project_id }, script).play(),
    async close() {
      await stack.close();
      await redis?.stop();
      await open.close();
    },
  };
}

type Means = {
  open: TestDatabase;
  redis: TestRedis | undefined;
  stack: Stack;
  client: RestClient;
  project_id: string;
};

type Struck = History["faults"][number];

class Play {
  readonly #means: Means;
  readonly #script: FaultScript;
  readonly #workers: Program[] = [];
  readonly #struck: Struck[] = [];
  #target: FaultTarget | undefined;
  #id = "";
  #cancelledAt: number | null = null;

  constructor(means: Means, script: FaultScript) {
    this.#means = means;
    this.#script = script;
  }

  async play(): Promise<History> {
    const target = (this.#target = await startFaultTarget(this.#script.tests));
    try {
      for (let nr = 0; nr < this.#script.workers; nr += 1) await this.#startWorker();
      const test_set_id = await this.#start(target.url);
      for (const { after_calls, strike } of this.#timeline()) {
        if (!(await this.#reached(after_calls))) break;
        await strike();
      }
      await this.#ended(mostMs);
      const ended_at = performance.now();
      // For calls that should not come any more.
      await sleep(300);
      const end = await readEnd(this.#means.open, { id: this.#id, test_set_id });
      const seen = { calls: target.calls, most_at_once: target.most(), faults: this.#struck };
      return { script: this.#script, ...seen, cancelled_at: this.#cancelledAt, ended_at, ...end };
    } finally {
      await Promise.all(this.#workers.map((worker) => worker.kill()));
      await target.close();
    }
  }

  /** The faults, with the cancellation among them: after it, nothing more is worth breaking. */
  #timeline(): { after_calls: number; strike: () => Promise<void> }[] {
    const { faults, cancel_after } = this.#script;
    const until = cancel_after ?? Number.POSITIVE_INFINITY;
    const strikes = faults
      .filter((fault) => fault.after_calls <= until)
      .map((fault) => ({ after_calls: fault.after_calls, strike: () => this.#strike(fault) }));
    if (cancel_after !== null) strikes.push({ after_calls: cancel_after, strike: () => this.#cancel() });
    return strikes;
  }

  /** Makes what the run needs and asks for it, again and again, as a client does that gets no answer. */
  async #start(url: string): Promise<string> {
    const { client, project_id } = this.#means;
    const { tests, concurrency, api_dies_after_ms } = this.#script;
    const inputs = tests.map((_, nr) => `test ${nr}`);
    const made = await client.prepare({ project_id, url, concurrency, max_attempts: maxAttempts, inputs });
    const key = randomUUID();
    const asked = client.execute(made, key);
    if (api_dies_after_ms !== null) {
      await Promise.race([asked.catch(() => undefined), sleep(api_dies_after_ms)]);
      await this.#means.stack.apis.pop()?.kill();
      await this.#startApi();
    }
    this.#id = await asked.catch(() => client.execute(made, key));
    return made.test_set_id;
  }

  async #strike(fault: Fault): Promise<void> {
    const at = performance.now();
    const there_at = await this.#strikes[fault.kind](fault);
    this.#struck.push({ fault, at, there_at: there_at ?? at });
  }

  /** Each resolves with when a worker could go on, where that is later than the fault. */
  readonly #strikes: Record<FaultKind, (fault: Fault) => Promise<number | undefined>> = {
    kill_worker: async ({ away_ms }) => this.#replaceWorker((worker) => worker.kill(), away_ms),
    stop_worker: async ({ away_ms }) => this.#replaceWorker((worker) => worker.stop(), away_ms),
    kill_api: async ({ away_ms }) => {
      await this.#means.stack.apis.pop()?.kill();
      await sleep(away_ms);
      await this.#startApi();
      return undefined;
    },
    cut_database: async () => {
      await this.#means.open.admin(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rhesis_app' and datname = current_database()",
      );
      return undefined;
    },
    empty_redis: async () => {
      await this.#means.redis?.flushAll();
      return undefined;
    },
    kill_redis: async ({ away_ms }) => {
      await this.#means.redis?.kill();
      await sleep(away_ms);
      await this.#means.redis?.restart();
      return performance.now();
    },
    pause: async ({ away_ms }) => {
      const { client } = this.#means;
      if (!(await client.tell(this.#id, "pause"))) return undefined;
      await this.#until(["paused", "completed", "failed", "cancelled"], mostMs);
      await sleep(away_ms);
      await client.tell(this.#id, "resume");
      return performance.now();
    },
  };

  /** The eldest worker, which is the one that has the run where it has not been passed on. */
  async #replaceWorker(end: (worker: Program) => Promise<void>, away_ms: number): Promise<number | undefined> {
    const eldest = this.#workers.shift();
    if (eldest !== undefined) await end(eldest);
    const gone = performance.now();
    await sleep(away_ms);
    const alone = this.#workers.length === 0;
    await this.#startWorker();
    return alone ? performance.now() : gone;
  }

  async #cancel(): Promise<void> {
    await this.#means.client.tell(this.#id, "cancel");
    this.#cancelledAt = performance.now();
  }

  async #startApi(): Promise<void> {
    this.#means.stack.apis.push(await this.#means.stack.startApi());
  }

  async #startWorker(): Promise<void> {
    const worker = await this.#means.stack.startWorker();
    this.#workers.push(worker);
    const deadline = performance.now() + 30_000;
    while (!worker.output().includes("takes jobs")) {
      if (performance.now() > deadline) throw new Error(`a worker does not begin:\n${worker.output()}`);
      await sleep(pollMs);
    }
  }

  /** False where the run ended before. */
  async #reached(calls: number): Promise<boolean> {
    const deadline = performance.now() + mostMs;
    while ((this.#target?.calls.length ?? 0) < calls) {
      if (performance.now() > deadline || (await this.#isOver())) return false;
      await sleep(pollMs);
    }
    return true;
  }

  async #isOver(): Promise<boolean> {
    return this.#until(["completed", "failed", "cancelled"], 0);
  }

  #ended(ms: number): Promise<boolean> {
    return this.#until(["completed", "failed", "cancelled"], ms);
  }

  async #until(states: string[], ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (;;) {
      const [run] = await this.#means.open.admin<{ status: string }>("select status from test_run where id = $1", [
        this.#id,
      ]);
      if (states.includes(run?.status ?? "")) return true;
      if (performance.now() >= deadline) return false;
      await sleep(pollMs);
    }
  }
}
