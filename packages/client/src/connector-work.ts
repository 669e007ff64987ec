/** The calls that came over a connection: so many at once, each with a signal, each with one result. */
import type {
  ExecuteTestMessage,
  FunctionParameter,
  OfferedFunction as Offered,
  ParametersOrigin,
  TestResultMessage,
} from "@rhesis/engine/connector/schema";

/** What a function is told beside its inputs. */
export type CallContext = ParametersOrigin & {
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** The values of the project's parameters for this run, by name. */
  parameters: Record<string, unknown>;
  call_id: string;
  /** The same for each attempt at the same test of a run. */
  idempotency_key: string | null;
};

/**
 * Answers a call: with a text, or an object such as `{ output, conversation_id, context, metadata, tool_calls }`. What it
 * throws is the error of the test.
 */
export type Handler = {
  // A method, so that a handler may say which inputs it takes.
  answer(inputs: Record<string, unknown>, context: CallContext): unknown;
}["answer"];

export type OfferedFunction = {
  handler: Handler;
  /** By name, in their order. Default: one text, `input`. */
  parameters?: Record<string, FunctionParameter>;
  description?: string;
};
export type OfferedFunctions = Record<string, Handler | OfferedFunction>;

/** Of one message, in bytes. */
const longestMessage = 1_048_576;

export class Work {
  /** What is registered. */
  readonly offered: Offered[];
  readonly #functions: OfferedFunctions;
  readonly #concurrency: number;
  readonly #send: (result: TestResultMessage) => void;
  readonly #waiting: ExecuteTestMessage[] = [];
  readonly #running = new Map<string, { abort: AbortController; done: Promise<void> }>();

  /** @param send takes the result of a call */
  constructor(functions: OfferedFunctions, concurrency: number, send: (result: TestResultMessage) => void) {
    this.offered = Object.entries(functions).map(([name, given]) => describe(name, given));
    this.#functions = functions;
    this.#concurrency = concurrency;
    this.#send = send;
  }

  take(call: ExecuteTestMessage): void {
    this.#waiting.push(call);
    this.#begin();
  }

  /** Ends a call without a result. */
  cancel(call_id: string): void {
    this.#running.get(call_id)?.abort.abort();
    const at = this.#waiting.findIndex((call) => call.call_id === call_id);
    if (at !== -1) this.#waiting.splice(at, 1);
  }

  cancelAll(): void {
    this.#waiting.length = 0;
    for (const { abort } of this.#running.values()) abort.abort();
  }

  /** Resolves when all calls have ended, or after so long: then the rest is cancelled. */
  async finish(patience_ms: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience_ms);
    await Promise.race([this.#idle(), late]);
    clearTimeout(timer);
    this.cancelAll();
  }

  async #idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #begin(): void {
    while (this.#running.size < this.#concurrency) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      const abort = new AbortController();
      const done = this.#work(call, abort.signal);
      this.#running.set(call.call_id, { abort, done });
    }
  }

  async #work(call: ExecuteTestMessage, signal: AbortSignal): Promise<void> {
    const result = await answer(this.#functions, call, signal);
    if (!signal.aborted) this.#send(result);
    this.#running.delete(call.call_id);
    this.#begin();
  }
}

function describe(name: string, given: Handler | OfferedFunction): Offered {
  const { description = "", parameters = { input: { type: "string" } } } = typeof given === "function" ? {} : given;
  return { name, description, parameters };
}

/** What is deeper no connection takes. */
const deepest = 150;

function isDeep(value: unknown, level = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return level >= deepest || Object.values(value).some((part) => isDeep(part, level + 1));
}

async function answer(
  functions: OfferedFunctions,
  call: ExecuteTestMessage,
  signal: AbortSignal,
): Promise<TestResultMessage> {
  const { call_id, function_name, inputs, type: _, timeout_ms: __, ...context } = call;
  const began = performance.now();
  const result = (status: "success" | "error", more: Partial<TestResultMessage>): TestResultMessage => ({
    type: "test_result",
    call_id,
    status,
    duration_ms: performance.now() - began,
    ...more,
  });
  try {
    const given = Object.hasOwn(functions, function_name) ? functions[function_name] : undefined;
    if (given === undefined) return result("error", { error: `This process has no function ${function_name}.` });
    const handler = typeof given === "function" ? given : given.handler;
    const output: unknown = (await handler(inputs, { ...context, call_id, signal })) ?? null;
    if (isDeep(output)) return result("error", { error: "The answer is nested more than 150 levels deep." });
    const success = result("success", { output: output as NonNullable<TestResultMessage["output"]> });
    if (Buffer.byteLength(JSON.stringify(success)) <= longestMessage) return success;
    return result("error", { error: "The answer is longer than 1 MiB, which no connection takes." });
  } catch (error) {
    return result("error", { error: (error instanceof Error ? error.message : String(error)).slice(0, 10_000) });
  }
}
