/** A time-out that can stand still. */
export class PausableTimeout {
  readonly #controller = new AbortController();
  #leftMs: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#leftMs = ms;
    this.go();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  go(): void {
    if (this.#timer !== undefined) return;
    this.#since = performance.now();
    const end = (): void => this.#controller.abort(new DOMException("The time is up", "TimeoutError"));
    this.#timer = setTimeout(end, Math.max(0, this.#leftMs)).unref();
  }

  /** Stands still until `go`. Call it when the time does not matter any more, too. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs -= performance.now() - this.#since;
  }
}
