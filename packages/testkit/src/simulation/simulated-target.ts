/** The application under test, and the client that calls it: answers take virtual time, and end early when aborted. */
import type { TargetAnswer, TargetError, TargetErrorCode, TargetOutcome } from "@rhesis/engine/target/schema";
import type { CallOptions, TargetClient } from "@rhesis/engine/target/target-client";
import type { Draw } from "./random.ts";
import { timeoutMs, type Behaviour, type Script } from "./script.ts";
import { unstorable } from "./simulated-run-queries.ts";
import type { Life, VirtualTime } from "./virtual-time.ts";

export type TargetTools = {
  time: VirtualTime;
  draw: Draw;
  script: Script;
  /** The number of a test by its input. */
  numberOf: (input: string) => number;
  /** Ends the life of the process that asks. */
  kill: (life: Life) => void;
};

export type CallListener = {
  began(test: number, key: string): void;
  /** Told when a call has come to something, or was aborted. */
  ended(test: number, how: "answered" | "aborted"): void;
};

const failed = (code: TargetErrorCode): TargetError => ({ code, message: `It ended as ${code}.` });

const outcome = (answer: TargetAnswer | null, error: TargetError | null): TargetOutcome => {
  return { answer, error, request: null, response: null, attempts: [], latency_ms: 1, first_byte_ms: null };
};

const says = (output: string) =>
  outcome({ output, conversation_id: null, context: [], metadata: {}, tool_calls: [] }, null);

const outcomes: Record<Exclude<Behaviour, "poison">, TargetOutcome> = {
  answer: says("yes"),
  busy_once: says("yes"),
  wrong: says("no"),
  unstorable: says(unstorable),
  broken: outcome(null, failed("http_error")),
  hang: outcome(null, failed("timeout")),
};

const cancelled = outcome(null, failed("cancelled"));

/** The client of one process. */
export function simulateTarget(tools: TargetTools, life: Life, listener: CallListener): TargetClient {
  const { script, numberOf } = tools;
  return {
    async call(_, __, { input }, options = {}) {
      const test = numberOf(input);
      const behaviour = script.tests[test] ?? "answer";
      if (behaviour === "busy_once" && !(await beRefused(tools, life, options))) return cancelled;
      if (options.signal?.aborted === true || (await options.pace?.enter(options.signal)) === false) return cancelled;
      listener.began(test, options.idempotency_key ?? "");
      const answered = await answer(tools, life, { behaviour, options });
      listener.ended(test, answered === null ? "aborted" : "answered");
      return answered ?? cancelled;
    },
    close: async () => undefined,
  };
}

/** An attempt that the target turns away, and the wait for the next. */
async function beRefused({ time, script }: TargetTools, life: Life, { pace, signal }: CallOptions): Promise<boolean> {
  if (signal?.aborted === true || (await pace?.enter(signal)) === false) return false;
  const began_at = time.now;
  await new Promise<void>((resolve) => time.after(1, life, resolve));
  pace?.report({ status: 429, timed_out: false, retry_after_ms: script.retry_after_ms, began_at, duration_ms: 1 });
  return (await pace?.wait(script.retry_after_ms, signal)) ?? true;
}

/** Null where the call was aborted. */
function answer(
  { time, draw, script, kill }: TargetTools,
  life: Life,
  { behaviour, options }: { behaviour: Behaviour; options: CallOptions },
): Promise<TargetOutcome | null> {
  const { signal } = options;
  const ms = draw.integer(script.call_ms.least, script.call_ms.most);
  return new Promise((resolve) => {
    const onAbort = () => end(null);
    const answering = time.after(behaviour === "hang" ? timeoutMs : ms, life, () => {
      if (behaviour === "poison") kill(life);
      else end(outcomes[behaviour]);
    });
    const end = (answered: TargetOutcome | null) => {
      answering.over = true;
      signal?.removeEventListener("abort", onAbort);
      resolve(answered);
    };
    signal?.addEventListener("abort", onAbort);
  });
}
