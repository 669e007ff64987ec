/** One result of a run: the call, the scores, the verdict. */
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { CallPace } from "@rhesis/engine/target/call-pace";
import type { RequestVariables } from "@rhesis/engine/target/map-request";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import type { TargetAccess } from "./execute-access.ts";
import { errorResult, scoreOutcome, type Scoring } from "./execute-score.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

export type ResultContext = {
  test_run_id: string;
  plan: RunPlan;
  scoring: Scoring;
  target: TargetClient;
  access: TargetAccess;
  pace: CallPace;
  /** Aborted when calls under way are to end. */
  signal: AbortSignal;
  called?: ((outcome: TargetOutcome) => void) | undefined;
};

/** Calls the endpoint for one result and scores the answer. Null when it was aborted: then nothing came of it. */
export async function executeResult(context: ResultContext, row: ClaimedResult): Promise<ScoredResult | null> {
  const began = performance.now();
  const outcome = await callTarget(context, row);
  context.called?.(outcome);
  if (outcome.error?.code === "cancelled") return null;
  return scoreOutcome(context.scoring, row, { outcome, began });
}

/**
 * One call of the endpoint for a result.
 * @param turn what is said in a turn of a conversation, and how its call is known to the target
 */
export async function callTarget(
  context: ResultContext,
  row: ClaimedResult,
  turn?: { said: Pick<RequestVariables, "input" | "messages" | "conversation_id">; key: string },
): Promise<TargetOutcome> {
  const { plan, access, pace, test_run_id, signal } = context;
  if (access.refused !== null) return { ...nothingCalled, error: access.refused };
  const { test_id, input, expected_output, repeat } = row;
  const variables = { input, expected_output, test_id, test_run_id, params: plan.params, ...turn?.said };
  const idempotency_key = [test_run_id, test_id, repeat, ...(turn === undefined ? [] : [turn.key])].join("/");
  return context.target.call(plan.endpoint.config, access.secret, variables, { signal, idempotency_key, pace });
}

export const nothingCalled: TargetOutcome = {
  answer: null,
  error: null,
  request: null,
  response: null,
  attempts: [],
  latency_ms: 0,
  first_byte_ms: null,
};

/** A result whose calls were begun again and again without the worker living to see an end. */
export function exhaustedResult(row: ClaimedResult): ScoredResult {
  const message = `This test was begun ${row.claims} times, and each time the worker stopped before it ended. It is not tried again.`;
  return errorResult(row, { ...nothingCalled, error: { code: "attempts_exhausted", message } }, performance.now());
}
