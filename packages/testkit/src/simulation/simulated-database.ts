/**
 * PostgreSQL as the executor meets it: transactions under read committed, row locks that others wait for, connections
 * that break before a statement or after a commit. One statement is one act in virtual time.
 */
import type { Database } from "@rhesis/db/database";
import type { Tenant, Tx } from "@rhesis/db/tenant";
import { Snapshot, type ResultRow, type Row } from "./rows.ts";
import { DatabaseError, Statement, Waiting, type LockMode } from "./simulated-statement.ts";
import type { Life, VirtualTime } from "./virtual-time.ts";

const conflicts: Record<LockMode, readonly LockMode[]> = {
  update: ["update", "no_key", "key_share"],
  no_key: ["update", "no_key"],
  key_share: ["update"],
};

/** What a request meets on its way. */
export type Weather = {
  /** Milliseconds one way. */
  latency(): number;
  /** The connection breaks before the statement is run, or once it is done and before its answer is there. */
  breaks(life: Life): "before" | "after" | null;
};

const broken = () => new DatabaseError("08006", "the connection was terminated");
const statementTimeoutMs = 15_000;

type Request = {
  statement: Statement | null;
  work: (statement: Statement) => unknown;
  ends: boolean;
  /** Its answer does not come back. */
  isLost: boolean;
  answer: (value: unknown) => void;
  fail: (error: unknown) => void;
};

export class SimulatedTx {
  readonly life: Life | null;
  readonly #database: SimulatedDatabase;
  readonly #written = new Map<number, Row>();
  readonly #flies: boolean;
  state: "open" | "committed" | "aborted" = "open";
  requests = 0;

  constructor(database: SimulatedDatabase, life: Life | null, flies: boolean) {
    this.#database = database;
    this.life = life;
    this.#flies = flies;
  }

  get written(): ReadonlyMap<number, Row> {
    return this.#written;
  }

  /** Runs one statement, which may be run anew when it had to wait for a lock. */
  run<T>(work: (statement: Statement) => T): Promise<T> {
    return this.#database.request(this, work, this.#flies) as Promise<T>;
  }

  commit(): Promise<unknown> {
    return this.#database.request(this, () => undefined, true);
  }

  lock(slot: number, mode: LockMode): boolean {
    return this.#database.lock(this, slot, mode);
  }

  latest(slot: number): Row {
    const row = this.#written.get(slot) ?? this.#database.committed[slot];
    if (row === undefined) throw new Error(`there is no row ${slot}`);
    return row;
  }

  keep(statement: Statement): void {
    for (const [slot, row] of statement.written) this.#written.set(slot, row);
  }

  forget(): void {
    this.#written.clear();
  }
}

/** What a simulated query runs on. */
export const simulated = (tx: Tx): SimulatedTx => tx as unknown as SimulatedTx;

export type Committed = { before: Snapshot; after: Snapshot; by: SimulatedTx };

export class SimulatedDatabase implements Pick<Database, "read" | "write" | "writeAtOnce"> {
  committed: readonly Row[];
  /** Told of each commit that changed something. */
  onCommit: (committed: Committed) => void = () => undefined;
  readonly #time: VirtualTime;
  readonly #weather: Weather;
  readonly #results: number;
  readonly #locks: { tx: SimulatedTx; slot: number; mode: LockMode }[] = [];
  #open = new Set<SimulatedTx>();
  #waiting: { tx: SimulatedTx; request: Request; since: number }[] = [];

  constructor(time: VirtualTime, rows: readonly Row[], weather: Weather) {
    this.#time = time;
    this.committed = rows;
    this.#results = rows.filter((row): row is ResultRow => "test_id" in row).length;
    this.#weather = weather;
  }

  get now(): Snapshot {
    return new Snapshot(this.committed, this.#results);
  }

  read<T>(_: Tenant, work: (tx: Tx) => Promise<T>): Promise<T> {
    return work(this.#begin(true));
  }

  writeAtOnce<T>(_: Tenant, work: (tx: Tx) => Promise<T>): Promise<T> {
    return work(this.#begin(true));
  }

  async write<T>(_: Tenant, work: (tx: Tx) => Promise<T>): Promise<T> {
    const tx = this.#begin(false);
    try {
      const result = await work(tx);
      await simulated(tx).commit();
      return result;
    } catch (error) {
      this.#abort(simulated(tx));
      throw error;
    }
  }

  /** Somebody whose process cannot die: a transaction of one statement, tried until it is through. */
  async byPeople(work: (statement: Statement) => void): Promise<void> {
    const life = this.#time.life;
    this.#time.life = null;
    const tx = simulated(this.#begin(true));
    this.#time.life = life;
    await tx.run(work).catch(() => undefined);
  }

  /** Changes rows at once, past all connections; leaves alone what somebody has locked. */
  atOnce(work: (statement: Statement) => void): void {
    const tx = new SimulatedTx(this, null, true);
    const statement = this.#statement(tx);
    try {
      work(statement);
      tx.keep(statement);
    } catch (error) {
      if (!(error instanceof Waiting)) throw error;
    }
    this.#commit(tx);
  }

  /** Breaks the connections of a process, or of all. What it has sent before may still arrive. */
  cut(life: Life | "all"): void {
    for (const tx of this.#open) {
      if (life !== "all" && tx.life !== life) continue;
      if (tx.requests === 0 || life === "all") this.#abort(tx);
    }
  }

  lock(tx: SimulatedTx, slot: number, mode: LockMode): boolean {
    let mine = false;
    for (const lock of this.#locks) {
      if (lock.slot !== slot) continue;
      if (lock.tx === tx) mine ||= lock.mode === mode;
      else if (conflicts[mode].includes(lock.mode)) return false;
    }
    if (!mine) this.#locks.push({ tx, slot, mode });
    return true;
  }

  request(tx: SimulatedTx, work: Request["work"], ends: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { life } = tx;
      const back = (act: () => void) => {
        tx.requests -= 1;
        if (life?.alive === false && tx.state === "open") this.#abort(tx);
        this.#time.after(this.#weather.latency(), life, act);
      };
      const answer: Request["answer"] = (value) => back(() => resolve(value));
      const fail: Request["fail"] = (error) => back(() => reject(error));
      tx.requests += 1;
      const request = { statement: null, work, ends, isLost: false, answer, fail };
      this.#time.after(this.#weather.latency(), null, () => this.#arrive(tx, request));
    });
  }

  #begin(flies: boolean): Tx {
    const tx = new SimulatedTx(this, this.#time.life, flies);
    this.#open.add(tx);
    return tx as unknown as Tx;
  }

  #statement(tx: SimulatedTx): Statement {
    const rows = [...this.committed];
    for (const [slot, row] of tx.written) rows[slot] = row;
    return new Statement(tx, rows, { results: this.#results, time: this.#time.now });
  }

  #arrive(tx: SimulatedTx, request: Request): void {
    const breaks = tx.life === null ? null : this.#weather.breaks(tx.life);
    if (breaks === "before") this.#abort(tx);
    if (tx.state !== "open") return request.fail(broken());
    request.isLost = breaks === "after";
    request.statement = this.#statement(tx);
    this.#execute(tx, request);
  }

  #execute(tx: SimulatedTx, request: Request): void {
    const { statement } = request;
    if (statement === null || tx.state !== "open") return request.fail(broken());
    statement.written.clear();
    try {
      const value = request.work(statement);
      tx.keep(statement);
      if (request.ends) this.#commit(tx);
      if (!request.isLost) return request.answer(value);
      this.#abort(tx);
      request.fail(broken());
    } catch (error) {
      if (error instanceof Waiting) return this.#wait(tx, request);
      this.#abort(tx);
      request.fail(error);
    }
  }

  #wait(tx: SimulatedTx, request: Request): void {
    const waiting = { tx, request, since: this.#time.now };
    this.#waiting.push(waiting);
    this.#time.after(statementTimeoutMs, null, () => {
      if (!this.#waiting.includes(waiting)) return;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      this.#abort(tx);
      request.fail(new DatabaseError("57014", "canceling statement due to statement timeout"));
    });
  }

  #commit(tx: SimulatedTx): void {
    const before = this.now;
    if (tx.written.size > 0) {
      const rows = [...this.committed];
      for (const [slot, row] of tx.written) rows[slot] = row;
      this.committed = rows;
    }
    tx.state = "committed";
    this.#release(tx);
    if (tx.written.size > 0) this.onCommit({ before, after: this.now, by: tx });
  }

  #abort(tx: SimulatedTx): void {
    if (tx.state !== "open") return;
    tx.state = "aborted";
    tx.forget();
    const waiting = this.#waiting.filter((other) => other.tx === tx);
    this.#waiting = this.#waiting.filter((other) => other.tx !== tx);
    this.#release(tx);
    for (const { request } of waiting) request.fail(broken());
  }

  #release(tx: SimulatedTx): void {
    this.#open.delete(tx);
    const held = this.#locks.length;
    for (let nr = held - 1; nr >= 0; nr--) if (this.#locks[nr]?.tx === tx) this.#locks.splice(nr, 1);
    if (this.#locks.length === held || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { tx: other, request } of waiting) this.#time.after(0, null, () => this.#execute(other, request));
  }
}
