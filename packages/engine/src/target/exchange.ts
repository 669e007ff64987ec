import type { Dispatcher } from "undici";

/** One request on the wire, complete: nothing in it is filled in later. */
export type WireRequest = {
  origin: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
};

/** What came back, as bytes. `cut` when the body was longer than the limit and reading stopped. */
export type WireResponse = {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  cut: boolean;
};

export type ExchangeLimits = { timeout_ms: number; max_bytes: number; signal: AbortSignal | undefined };

export class ExchangeTimeoutError extends Error {
  override name = "ExchangeTimeoutError";
}
export class ExchangeCancelledError extends Error {
  override name = "ExchangeCancelledError";
}

/**
 * Sends one request and reads its answer, at most `max_bytes` of it, within `timeout_ms` from here to the last byte:
 * one deadline over queueing, connecting, headers and body, so a target that sends a byte a second ends as well.
 * Uses the dispatcher's handler interface: no stream, no promise and no AbortController per call.
 */
export function exchange(pool: Dispatcher, request: WireRequest, limits: ExchangeLimits): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const handler = new CollectingHandler(limits, resolve, reject);
    pool.dispatch(
      {
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      handler,
    );
  });
}

class CollectingHandler implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | null = null;
  private status = 0;
  private headers: Record<string, string> = {};
  private chunks: Buffer[] = [];
  private bytes = 0;
  private settled = false;
  private readonly timer: NodeJS.Timeout;
  private readonly limits: ExchangeLimits;
  private readonly resolve: (response: WireResponse) => void;
  private readonly reject: (error: Error) => void;
  private readonly onAbort: (() => void) | null;

  constructor(limits: ExchangeLimits, resolve: (response: WireResponse) => void, reject: (error: Error) => void) {
    this.limits = limits;
    this.resolve = resolve;
    this.reject = reject;
    this.timer = setTimeout(() => this.stop(new ExchangeTimeoutError()), limits.timeout_ms);
    const { signal } = limits;
    this.onAbort = signal === undefined ? null : () => this.stop(new ExchangeCancelledError());
    if (this.onAbort !== null) signal?.addEventListener("abort", this.onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It may have ended while it waited for a connection; then it must not be sent any more.
    if (this.settled) controller.abort(new ExchangeCancelledError());
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) this.headers[name] = typeof value === "string" ? value : value.join(", ");
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.limits.max_bytes - this.bytes;
    this.bytes += chunk.length;
    this.chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length <= room) return;
    this.finish(true);
    controller.abort(new Error("the answer is longer than its limit"));
  }

  onResponseEnd(): void {
    this.finish(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private finish(cut: boolean): void {
    if (!this.settle()) return;
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.resolve({ status: this.status, headers: this.headers, body, cut });
  }

  private stop(error: Error): void {
    const { controller } = this;
    this.fail(error);
    controller?.abort(error);
  }

  private fail(error: Error): void {
    if (this.settle()) this.reject(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    if (this.onAbort !== null) this.limits.signal?.removeEventListener("abort", this.onAbort);
    return true;
  }
}
