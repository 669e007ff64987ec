/** Gathers what comes while a statement is under way, so that the next statement does all of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { isTransientError } from "@rhesis/db/transient-error";

const firstPauseMs = 100;
const longestPauseMs = 2_000;

export class Batch<Item> {
  readonly #work: (items: Item[]) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #waiting: Item[] = [];
  /** Ends with what waits now. */
  #next = Promise.withResolvers<void>();
  /** What is under way. */
  #round: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #stopped = false;

  /** @param work does all that was gathered; where it throws, `failed` is told, and what passes by itself is tried again */
  constructor(work: (items: Item[]) => Promise<void>, failed: (error: unknown) => void) {
    this.#work = work;
    this.#failed = failed;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    this.#running ??= this.#run();
  }

  /** Resolves once what was added so far is done, whatever is added meanwhile. */
  settled(): Promise<void> {
    return this.#waiting.length > 0 ? this.#next.promise : this.#round;
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Tries nothing again. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    // What comes in the same tick goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const [items, { promise, resolve }] = [this.#waiting, this.#next];
      this.#waiting = [];
      this.#next = Promise.withResolvers();
      this.#round = promise;
      await this.#try(items);
      resolve();
    }
    // In the same step as the last look, so that nothing is added to a round that is over.
    this.#running = undefined;
  }

  async #try(items: Item[]): Promise<void> {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await this.#work(items);
      } catch (error) {
        this.#failed(error);
        if (this.#stopped || !isTransientError(error)) return;
      }
      await sleep(pause);
    }
  }
}

/** What belongs together, by organization. */
export function byOrganization<Item extends { organization_id: string }>(items: readonly Item[]): [string, Item[]][] {
  return [...Map.groupBy(items, ({ organization_id }) => organization_id)];
}
