/** A statement of a simulated transaction: what it sees, what it locks, what it writes. */
import { runTransitions } from "@rhesis/engine/run/schema";
import { Snapshot, type Row, type RunRow } from "./rows.ts";

/** Row locks as PostgreSQL has them: `for update`, an update that leaves keys alone, `for key share`. */
export type LockMode = "update" | "no_key" | "key_share";

export class DatabaseError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The statement has to wait for a lock, and is run anew once it may have it. */
export class Waiting extends Error {}

type Locking = {
  /** False where another transaction is in the way. */
  lock(slot: number, mode: LockMode): boolean;
  /** A row as it is by now, not as the statement saw it. */
  latest(slot: number): Row;
};

/** A statement sees what was committed when it began, and what its own transaction wrote. */
export class Statement extends Snapshot {
  readonly time: number;
  readonly #tx: Locking;
  readonly written = new Map<number, Row>();

  constructor(tx: Locking, rows: readonly Row[], { results, time }: { results: number; time: number }) {
    super(rows, results);
    this.#tx = tx;
    this.time = time;
  }

  /** Locks a row against others and returns it as it is by then. */
  lock<R extends Row>(row: R, mode: LockMode): R {
    if (!this.#tx.lock(row.slot, mode)) throw new Waiting();
    return (this.written.get(row.slot) ?? this.#tx.latest(row.slot)) as R;
  }

  /** Changes a row if it was, and after waiting for its lock still is, one that `where` is true for. */
  update<R extends Row>(row: R, where: (row: R) => boolean, set: (row: R) => Partial<R>): R | undefined {
    if (!where(row)) return undefined;
    const latest = this.lock(row, "no_key");
    if (!where(latest)) return undefined;
    return this.put({ ...latest, ...set(latest) });
  }

  put<R extends Row>(row: R): R {
    if (row.slot === 0) checkRun(this.#tx.latest(0) as RunRow, row as RunRow);
    this.written.set(row.slot, row);
    return row;
  }
}

function checkRun(old: RunRow, run: RunRow): void {
  if (old.status !== run.status && !Object.hasOwn(runTransitions[old.status], run.status))
    throw new DatabaseError("23514", `a run that is ${old.status} cannot become ${run.status}`);
  if (run.passed + run.failed + run.inconclusive + run.errored > run.total)
    throw new DatabaseError("23514", "the counters of a run exceed its total");
}
