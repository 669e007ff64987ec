/** The book of a run's budget, kept by its executor. */
import {
  BudgetSpentError,
  difference,
  each,
  fits,
  nothing,
  spentReason,
  sum,
  type Amount,
  type ModelBudget,
  type Reservation,
} from "./budget.ts";

export type LedgerState = {
  /** Infinity where a unit has no cap. */
  caps: Amount;
  /** What was booked before, or may have been used by whoever kept the book before. */
  booked: Amount;
};

export type LedgerPort = {
  /**
   * Stores that up to so much may be used from now on, before any of it is. Returns the caps as they are now.
   * Where a unit has no cap, it is not stored.
   */
  extend(granted: Amount): Promise<Amount>;
  /** Told once for each time that something is refused. */
  spent?(reason: string): void;
};

/** How much of a cap is taken from the stored book at a time: what a crash can lose, and how many writes a run needs. */
const chunksOfCap = 20;

type Waiting = {
  bound: Amount;
  resolve: (reservation: Reservation) => void;
  reject: (error: unknown) => void;
};

/**
 * Reserves in the order of arrival. As long as no call uses more than its bound, what is booked and what is under way
 * never exceed what was granted, and what was granted never exceeds the caps. Where a provider says that a call used
 * more, that is booked as it is, and every bound after it is raised by as much.
 */
export class BudgetLedger implements ModelBudget {
  readonly #port: LedgerPort;
  readonly #waiting: Waiting[] = [];
  #caps: Amount;
  #booked: Amount;
  #granted: Amount;
  #underWay: Amount = nothing;
  /** How many times its bound a call has used at most. */
  #factor = 1;
  #extending = false;
  #lookedAgain = false;

  constructor(port: LedgerPort, { caps, booked }: LedgerState) {
    this.#port = port;
    this.#caps = caps;
    this.#booked = booked;
    this.#granted = each(booked, caps, (used, cap) => (cap === Infinity ? Infinity : used));
  }

  get booked(): Amount {
    return this.#booked;
  }

  /** What is booked, and what calls under way may come to. */
  get held(): Amount {
    return sum(this.#booked, this.#underWay);
  }

  /** Why not even so much can be asked any more, or null. */
  refusal(least: Amount): string | null {
    const need = this.#scaled(least);
    return fits(sum(this.#booked, need), this.#caps) ? null : spentReason(this.#caps, this.#booked, need);
  }

  reserve(bound: Amount, signal?: AbortSignal): Promise<Reservation> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#pump();
      };
      const done =
        <T>(tell: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener("abort", stop);
          tell(value);
        };
      const waiting: Waiting = { bound, resolve: done(resolve), reject: done(reject) };
      signal?.addEventListener("abort", stop);
      this.#waiting.push(waiting);
      this.#pump();
    });
  }

  #pump(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#extending) return;
      const need = this.#scaled(next.bound);
      const wanted = sum(this.held, need);
      if (fits(wanted, this.#granted)) {
        this.#waiting.shift();
        next.resolve(this.#open(next.bound, need));
      } else if (fits(wanted, this.#caps)) {
        return void this.#extend(this.#nextGrant(wanted));
      } else if (fits(sum(this.#booked, need), this.#caps)) {
        // Calls under way will use less than they may, and then there may be room.
        return;
      } else if (!this.#lookedAgain) {
        this.#lookedAgain = true;
        return void this.#extend(this.#granted);
      } else {
        this.#waiting.shift();
        const reason = spentReason(this.#caps, this.#booked, need);
        next.reject(new BudgetSpentError(reason));
        this.#port.spent?.(reason);
      }
    }
  }

  #scaled(bound: Amount): Amount {
    return each(bound, bound, (units) => Math.ceil(units * this.#factor));
  }

  #open(bound: Amount, need: Amount): Reservation {
    let open = true;
    this.#underWay = sum(this.#underWay, need);
    return {
      settle: (used) => {
        if (!open) return;
        open = false;
        this.#underWay = difference(this.#underWay, need);
        this.#booked = sum(this.#booked, used);
        const times = each(used, bound, (some, most) => (most > 0 ? some / most : 1));
        this.#factor = Math.max(this.#factor, times.tokens, times.nanodollars);
        this.#pump();
      },
    };
  }

  #nextGrant(wanted: Amount): Amount {
    const chunked = each(this.#granted, this.#caps, (granted, cap) => granted + Math.ceil(cap / chunksOfCap));
    return each(each(wanted, chunked, Math.max), this.#caps, Math.min);
  }

  async #extend(granted: Amount): Promise<void> {
    this.#extending = true;
    try {
      this.#caps = await this.#port.extend(granted);
      this.#granted = granted;
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }
    this.#extending = false;
    this.#pump();
  }
}
