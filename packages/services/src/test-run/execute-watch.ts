/** What an execution has to notice while it runs: a cancel, a pause, a lost run, a stopping process, how the endpoint may be called. */
import { setMaxListeners } from "node:events";
import type { RunControl } from "@rhesis/db/queries/run-access";
import type { RunLease } from "@rhesis/db/queries/run-execution";
import type { ExecutionTools, RunToExecute } from "./execute-types.ts";
import { runQueries } from "./run-queries.ts";

export type EndReason = "cancelled" | "lost" | "stopped" | "paused";

const lookMs = 500;
const defaultGraceMs = 5_000;

export class RunWatch {
  readonly #tools: ExecutionTools;
  readonly #run: RunToExecute;
  readonly #lease: RunLease;
  readonly #ending = new AbortController();
  readonly #calls = new AbortController();
  readonly #listeners = new Set<(control: RunControl) => void>();
  #reason: EndReason | null = null;
  #timer: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(tools: ExecutionTools, run: RunToExecute, lease: RunLease) {
    this.#tools = tools;
    this.#run = run;
    this.#lease = lease;
    setMaxListeners(0, this.#ending.signal, this.#calls.signal);
  }

  /** Aborted when nothing new may begin. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Aborted when calls under way are to end too. */
  get calls(): AbortSignal {
    return this.#calls.signal;
  }

  get reason(): EndReason | null {
    return this.#reason;
  }

  /** Calls `listener` after each look, with what was seen. Returns how to stop. */
  onLook(listener: (control: RunControl) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks once, and then twice a second until `close`. */
  async start(): Promise<void> {
    this.#run.lease.addEventListener("abort", this.#onLost);
    this.#run.stop.addEventListener("abort", this.#onStop);
    if (this.#run.lease.aborted) return this.#onLost();
    if (this.#run.stop.aborted) this.#onStop();
    this.#timer = setInterval(() => void this.#look(), lookMs);
    await this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#grace);
    this.#run.lease.removeEventListener("abort", this.#onLost);
    this.#run.stop.removeEventListener("abort", this.#onStop);
  }

  readonly #onLost = (): void => this.#end("lost");

  /** A process that stops has no time for calls that a pause would have waited for. */
  readonly #onStop = (): void => {
    if (this.#reason !== null && this.#reason !== "paused") return;
    this.#reason = "stopped";
    this.#ending.abort();
    this.#grace = setTimeout(() => this.#calls.abort(), this.#tools.grace_ms ?? defaultGraceMs);
  };

  /** Begins nothing new; calls under way end in their own time. */
  pause(): void {
    if (this.#reason !== null) return;
    this.#reason = "paused";
    this.#ending.abort();
  }

  /** Looks now, beside the looks that are due anyway, and resolves when that is done. */
  readonly look = async (): Promise<void> => {
    await this.#looking;
    await this.#look();
  };

  #look(): Promise<void> {
    this.#looking ??= this.#readControl().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #readControl(): Promise<void> {
    try {
      const { database, queries = runQueries } = this.#tools;
      const control = await database.read(this.#run.tenant, (tx) => queries.readRunControl(tx, this.#lease));
      if (!control.held) this.#end("lost");
      else if (control.wish === "cancel") this.#end("cancelled");
      else {
        if (control.wish === "pause") this.pause();
        for (const listener of this.#listeners) listener(control);
      }
    } catch (err) {
      // The lease decides for how long a database may be away.
      this.#tools.log.warn({ err, test_run_id: this.#run.test_run_id }, "the state of a run could not be read");
    }
  }

  #end(reason: EndReason): void {
    if (this.#reason === "cancelled" || this.#reason === "lost") return;
    this.#reason = reason;
    this.#ending.abort();
    this.#calls.abort();
  }
}
