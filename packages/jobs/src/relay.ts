/** Carries committed jobs from the outbox to the queue, and offers again what the queue or a worker has lost. */
import type { Database } from "@rhesis/db/database";
import type { Notifications } from "@rhesis/db/notifications";
import { claimDueJobs } from "@rhesis/db/queries/job";
import type { JobLog } from "./job-log.ts";
import type { Queue } from "./queue.ts";

export type RelayOptions = {
  database: Pick<Database, "pool">;
  notifications: Pick<Notifications, "on" | "onReconnect">;
  queue: Queue;
  log: JobLog;
  /** Time between two looks without a wake-up. With a lease of 3 s it bounds how long a dead worker's run stands still. */
  sweep_ms?: number;
  /** After how long an offer that nobody began counts as lost. */
  offer_again_after_ms?: number;
};

export type Relay = { close(): Promise<void> };

const batch = 100;
const defaults = { sweep_ms: 500, offer_again_after_ms: 3_000 };

/** Runs in every api and worker process: rows are claimed with `skip locked`, so many relays do no harm. */
export function startRelay(options: RelayOptions): Relay {
  const looking = new Looking(options);
  const wake = () => looking.wake();
  const stops = [options.notifications.on("job", wake), options.notifications.onReconnect(wake)];
  const timer = setInterval(wake, options.sweep_ms ?? defaults.sweep_ms);
  wake();
  return {
    async close() {
      clearInterval(timer);
      for (const stop of stops) stop();
      await looking.close();
    },
  };
}

/** One look at a time; a wake-up during a look leads to another one. */
class Looking {
  readonly #options: RelayOptions;
  #round: Promise<void> | undefined;
  #wanted = false;
  #failing = false;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  wake(): void {
    if (this.#closed) return;
    this.#wanted = true;
    this.#round ??= this.#look().finally(() => {
      this.#round = undefined;
      if (this.#wanted) this.wake();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#round;
  }

  async #look(): Promise<void> {
    while (this.#wanted && !this.#closed) {
      this.#wanted = false;
      try {
        // A full batch may have left some behind.
        if ((await this.#carry()) === batch) this.#wanted = true;
      } catch (err) {
        if (!this.#failing) this.#options.log.warn({ err }, "due jobs could not be offered; they are offered again");
        this.#failing = true;
      }
    }
  }

  async #carry(): Promise<number> {
    const { database, queue, offer_again_after_ms } = this.#options;
    const due = await claimDueJobs(database.pool, batch, offer_again_after_ms ?? defaults.offer_again_after_ms);
    await queue.offer(due);
    if (due.length > 0) this.#failing = false;
    return due.length;
  }
}
