/**
 * The pace of calls to one target: when the next may begin, and how many may be under way. Learns from what calls come
 * to: it waits where the target asks for it, and takes back its concurrency where the target is overloaded.
 */

export type CallPace = {
  /** Resolves when a call may begin: true; or false when `signal` was aborted first, or nothing is to begin any more. */
  enter(signal: AbortSignal | undefined): Promise<boolean>;
  /** Resolves after so many milliseconds, for a call that is to be repeated: true; or false as `enter` does. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<boolean>;
  /** Told what an attempt came to, for the calls that begin after it. */
  report(attempt: PacedAttempt): void;
};

export type PacedAttempt = {
  /** HTTP status; null where there was none. */
  status: number | null;
  timed_out: boolean;
  /** What the target asked to wait, in milliseconds. */
  retry_after_ms: number | null;
  /** When the attempt began and how long it took, in milliseconds; the same clock as `PaceOptions.clock`. */
  began_at: number;
  duration_ms: number;
};

export type PaceOptions = {
  /** Calls under way at most; where the search for the target's capacity begins. */
  most: number;
  /** Milliseconds, monotonic. */
  clock?: () => number;
  /** Told when the target asked everybody to wait, in milliseconds from now. */
  onHold?: (ms: number) => void;
};

/** Calls of one second's worth may begin together; beyond that they are spread evenly. */
const burstSeconds = 1;
const halve = 0.5;
/** A target that takes three times as long as at its best, and more than a second, has too much to do. */
const slowFactor = 3;
const slowMs = 1_000;
const leastWindow = 10;

/** A pace that begins with `most` calls at once, no rate and no hold. */
export class TargetPace implements CallPace {
  readonly #clock: () => number;
  readonly #onHold: (ms: number) => void;
  readonly #waiting = new Set<(begins: boolean) => void>();
  readonly #resting = new Set<() => void>();
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #most: number;
  #limit: number;
  #perSecond: number | null = null;
  /** When the next call would be due if calls were spread evenly ("theoretical arrival time"). */
  #due = 0;
  #heldUntil = 0;
  #backedOffAt = Number.NEGATIVE_INFINITY;
  #successes = 0;
  #window = { calls: 0, ms: 0 };
  #bestMs = Number.POSITIVE_INFINITY;

  constructor(options: PaceOptions) {
    this.#most = options.most;
    this.#limit = options.most;
    this.#clock = options.clock ?? (() => performance.now());
    this.#onHold = options.onHold ?? (() => undefined);
  }

  /** How many calls may be under way now: at least one. */
  get limit(): number {
    return Math.max(1, Math.floor(Math.min(this.#limit, this.#most)));
  }

  /** Milliseconds until the target may be called again; 0 where it may be called. */
  get heldMs(): number {
    return Math.max(0, this.#heldUntil - this.#clock());
  }

  /** A changed bound on the calls under way. */
  allow(most: number): void {
    if (this.#limit === this.#most) this.#limit = most;
    this.#most = most;
  }

  /** Calls that may begin per second; null for any number. */
  allowPerSecond(calls: number | null): void {
    if (calls === this.#perSecond) return;
    this.#perSecond = calls;
    this.#due = Math.min(this.#due, this.#clock());
    this.#admit();
  }

  /** Nothing begins for so many milliseconds; a shorter hold than the one that stands changes nothing. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock() + ms);
  }

  /** In the order they came. */
  enter(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#stopped || signal?.aborted === true) return Promise.resolve(false);
    if (this.#waiting.size === 0 && this.#waitMs() <= 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const stop = () => end(false);
      const end = (begins: boolean) => {
        signal?.removeEventListener("abort", stop);
        this.#waiting.delete(end);
        if (this.#waiting.size === 0) clearTimeout(this.#timer);
        resolve(begins);
      };
      signal?.addEventListener("abort", stop);
      this.#waiting.add(end);
      this.#admit();
    });
  }

  wait(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#stopped || signal?.aborted === true) return Promise.resolve(false);
    return new Promise((resolve) => {
      const stop = () => end(false);
      const end = (goesOn: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.#resting.delete(stop);
        resolve(goesOn);
      };
      const timer = setTimeout(() => end(true), ms);
      signal?.addEventListener("abort", stop);
      this.#resting.add(stop);
    });
  }

  /** Lets nothing begin any more: who waits is told so. Calls under way are not touched. */
  stop(): void {
    this.#stopped = true;
    for (const end of this.#waiting) end(false);
    for (const end of this.#resting) end();
  }

  report({ status, timed_out, retry_after_ms, began_at, duration_ms }: PacedAttempt): void {
    if (retry_after_ms !== null && retry_after_ms > 0) {
      this.hold(retry_after_ms);
      this.#onHold(retry_after_ms);
    }
    if (status === 429 || status === 503 || timed_out) return this.#backOff(began_at);
    if (status !== null && status < 500) this.#succeed(began_at, duration_ms);
  }

  /** Takes a place in the rate where the call may begin now, else says how long to wait. */
  #waitMs(): number {
    const now = this.#clock();
    if (this.#heldUntil > now) return this.#heldUntil - now;
    if (this.#perSecond === null) return 0;
    const spacing = 1_000 / this.#perSecond;
    const earliest = now - Math.max(0, burstSeconds * 1_000 - spacing);
    const due = Math.max(this.#due, earliest);
    if (due > now) return due - now;
    this.#due = due + spacing;
    return 0;
  }

  /** Once per round of calls: those that were under way when it backed off say nothing new. */
  #backOff(began_at: number): void {
    if (began_at < this.#backedOffAt) return;
    this.#limit = Math.max(1, this.limit * halve);
    this.#backedOffAt = this.#clock();
    this.#successes = 0;
    this.#window = { calls: 0, ms: 0 };
  }

  #succeed(began_at: number, duration_ms: number): void {
    const { calls, ms } = this.#window;
    this.#window = { calls: calls + 1, ms: ms + duration_ms };
    if (this.#window.calls >= Math.max(leastWindow, this.limit)) {
      const mean = this.#window.ms / this.#window.calls;
      this.#window = { calls: 0, ms: 0 };
      this.#bestMs = Math.min(this.#bestMs, mean);
      if (mean > slowMs && mean > slowFactor * this.#bestMs) return this.#backOff(began_at);
    }
    this.#successes += 1;
    if (this.#limit >= this.#most || this.#successes < this.limit) return;
    this.#limit = Math.min(this.#most, this.limit + 1);
    this.#successes = 0;
  }

  /** Lets begin who may, and comes back when the next one may. */
  #admit(): void {
    clearTimeout(this.#timer);
    for (const begin of this.#waiting) {
      const wait = this.#waitMs();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#admit(), Math.ceil(wait));
        return;
      }
      begin(true);
    }
  }
}
