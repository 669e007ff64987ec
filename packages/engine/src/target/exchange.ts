import type { Dispatcher } from "undici";

/** One request on the wire, complete: nothing in it is filled in later. */
export type WireRequest = {
  origin: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
};

/** What came back, as bytes. */
export type WireResponse = {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** The body was longer than the limit, and reading stopped. */
  cut: boolean;
  /** Why the body did not come to its end. */
  broken: Error | null;
  /** `performance.now()` when the first byte of the body came; null for an empty one. */
  first_byte_at: number | null;
};

/** Looks at a response while it arrives. */
export type ResponseWatch = {
  /** Whether it wants to see the body. */
  begin(status: number, headers: Record<string, string>): boolean;
  /** The next bytes of the body; true when no more of it is needed. */
  take(chunk: Buffer): boolean;
};

export type ExchangeLimits = { timeout_ms: number; max_bytes: number; signal: AbortSignal | undefined };

/** How long the rest of a response that is not needed may take before its connection is closed, in milliseconds. */
const lingerMs = 1000;

export class ExchangeTimeoutError extends Error {
  override name = "ExchangeTimeoutError";
}
export class ExchangeCancelledError extends Error {
  override name = "ExchangeCancelledError";
}

/**
 * Sends one request and reads its answer, at most `max_bytes` of it, within `timeout_ms` from here to the last byte:
 * one deadline over queueing, connecting, headers and body, so a target that sends a byte a second ends as well.
 * Rejects where there is no response at all; one that breaks off is a response.
 * Uses the dispatcher's handler interface: no stream, no promise and no AbortController per call.
 */
export function exchange(
  pool: Dispatcher,
  request: WireRequest,
  limits: ExchangeLimits,
  watch: ResponseWatch | null = null,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const handler = new CollectingHandler(limits, watch, { resolve, reject });
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

type Settle = { resolve: (response: WireResponse) => void; reject: (error: Error) => void };

class CollectingHandler implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | null = null;
  private status = 0;
  private headers: Record<string, string> = {};
  private chunks: Buffer[] = [];
  private bytes = 0;
  private settled = false;
  private firstByteAt: number | null = null;
  private watch: ResponseWatch | null;
  private timer: NodeJS.Timeout;
  private readonly limits: ExchangeLimits;
  private readonly promise: Settle;
  private readonly onAbort: (() => void) | null;

  constructor(limits: ExchangeLimits, watch: ResponseWatch | null, promise: Settle) {
    this.limits = limits;
    this.watch = watch;
    this.promise = promise;
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
    if (this.watch?.begin(status, this.headers) === false) this.watch = null;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.limits.max_bytes - this.bytes;
    this.bytes += chunk.length;
    const part = chunk.length > room ? chunk.subarray(0, Math.max(room, 0)) : chunk;
    if (!this.settled) {
      this.firstByteAt ??= performance.now();
      this.chunks.push(part);
      if (this.watch?.take(part)) this.finishEarly(controller);
    }
    if (chunk.length <= room) return;
    this.finish({ cut: true });
    controller.abort(new Error("the answer is longer than its limit"));
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    this.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    this.fail(error);
  }

  /** Mostly the end of the response is on its way already; waiting for it keeps the connection. */
  private finishEarly(controller: Dispatcher.DispatchController): void {
    this.finish();
    this.timer = setTimeout(() => controller.abort(new Error("the rest of the answer is not needed")), lingerMs);
    this.timer.unref();
  }

  private finish(how: { cut?: boolean; broken?: Error } = {}): void {
    if (!this.settle()) return;
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    const { status, headers, firstByteAt: first_byte_at } = this;
    this.promise.resolve({ status, headers, body, cut: how.cut ?? false, broken: how.broken ?? null, first_byte_at });
  }

  private stop(error: Error): void {
    const { controller } = this;
    this.fail(error);
    controller?.abort(error);
  }

  private fail(error: Error): void {
    if (this.status !== 0) this.finish({ broken: error });
    else if (this.settle()) this.promise.reject(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    if (this.onAbort !== null) this.limits.signal?.removeEventListener("abort", this.onAbort);
    return true;
  }
}
