/** Works through the results of a run with bounded concurrency, claiming ahead so that no slot waits for the database. */
import type { ClaimedResult } from "./execute-types.ts";

export type Phase = {
  /** Claims up to `limit` results whose ids come after `after`. None means that the phase is through. */
  claim(limit: number, after: string): Promise<ClaimedResult[]>;
  /** Does one result. Its slot is taken until this resolves, so it must not before the result is stored. */
  work(row: ClaimedResult): Promise<void>;
  /** How many may be worked on at once; asked again and again. */
  limit(): number;
  /** How many are claimed ahead for each that is worked on. */
  ahead: number;
  /** Aborted when nothing new may begin. */
  ending: AbortSignal;
  /** Called when the limit may have changed, until the returned function is called. */
  onLimitChange(listener: () => void): () => void;
};

export type PhaseEnd = {
  /** What `work` or `claim` threw first. */
  error: unknown;
};

const firstId = "00000000-0000-0000-0000-000000000000";

/** Resolves when everything is done, or when what was under way has ended after `ending`. Never rejects. */
export function runPhase(phase: Phase): Promise<PhaseEnd> {
  return new Promise((resolve) => new PhaseRunner(phase, resolve).start());
}

class PhaseRunner {
  readonly #phase: Phase;
  readonly #resolve: (end: PhaseEnd) => void;
  #queue: ClaimedResult[] = [];
  #working = 0;
  #claiming = false;
  #through = false;
  #failed = false;
  #error: unknown;
  #after = firstId;
  #stopListening: () => void = () => undefined;
  readonly #onEnding = (): void => this.#pump();

  constructor(phase: Phase, resolve: (end: PhaseEnd) => void) {
    this.#phase = phase;
    this.#resolve = resolve;
  }

  start(): void {
    this.#stopListening = this.#phase.onLimitChange(this.#onEnding);
    this.#phase.ending.addEventListener("abort", this.#onEnding);
    this.#pump();
  }

  get #ended(): boolean {
    return this.#failed || this.#phase.ending.aborted;
  }

  #pump(): void {
    const limit = this.#phase.limit();
    while (!this.#ended && this.#working < limit) {
      const row = this.#queue.shift();
      if (row === undefined) break;
      void this.#do(row);
    }
    const ahead = Math.ceil(limit * this.#phase.ahead);
    const wanted = ahead - this.#queue.length + Math.max(0, limit - this.#working);
    const isLow = wanted > 0 && this.#queue.length <= ahead / 2;
    if (!this.#ended && !this.#claiming && !this.#through && isLow) void this.#claim(wanted);
    if (this.#working > 0 || this.#claiming) return;
    if (this.#ended || (this.#through && this.#queue.length === 0)) this.#end();
  }

  async #do(row: ClaimedResult): Promise<void> {
    this.#working++;
    try {
      await this.#phase.work(row);
    } catch (error) {
      this.#fail(error);
    }
    this.#working--;
    this.#pump();
  }

  async #claim(limit: number): Promise<void> {
    this.#claiming = true;
    try {
      const rows = await this.#phase.claim(limit, this.#after);
      this.#after = rows.at(-1)?.id ?? this.#after;
      this.#through = rows.length === 0;
      this.#queue.push(...rows);
    } catch (error) {
      this.#fail(error);
    }
    this.#claiming = false;
    this.#pump();
  }

  #fail(error: unknown): void {
    if (!this.#failed) this.#error = error;
    this.#failed = true;
  }

  #end(): void {
    this.#stopListening();
    this.#phase.ending.removeEventListener("abort", this.#onEnding);
    this.#resolve({ error: this.#error });
    this.#queue = [];
  }
}
