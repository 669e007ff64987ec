/** Executes a test run: every result is a call of the endpoint and the scores of its answer. */
import type { Tx } from "@rhesis/db/tenant";
import { TargetPace } from "@rhesis/engine/target/call-pace";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { ConnectorCalls } from "../connector/calls.ts";
import { connectedTarget } from "../connector/connected-target.ts";
import { openScoring, openTargetSecret } from "./execute-access.ts";
import { circuitBreaker } from "./execute-breaker.ts";
import { executeConversation } from "./execute-conversation.ts";
import { PlannedConversations } from "./execute-conversation-plans.ts";
import { driveRun } from "./execute-drive.ts";
import { executeResult } from "./execute-result.ts";
import type { ClaimedResult, ExecutionEnd, ExecutionTools, OpenMaker, RunToExecute } from "./execute-types.ts";
import { runQueries } from "./run-queries.ts";

export type CallingTools = ExecutionTools & {
  target: TargetClient;
  /** How functions of connected processes are called. */
  connector?: Pick<ConnectorCalls, "portFor"> | undefined;
};

/**
 * Executes or goes on with a run. Faults of the endpoint and of models become results; what is thrown is a fault of
 * ours or of the database, after which the run can be gone on with.
 */
export function executeTestRun(tools: CallingTools, run: RunToExecute): Promise<ExecutionEnd> {
  return driveRun(tools, run, openCaller(tools));
}

function openCaller(tools: CallingTools): OpenMaker {
  const { database, queries = runQueries, secrets, target, observer } = tools;
  return async (begun) => {
    const { run, plan, endpoint_id } = begun;
    const model_ids = plan.models.map((model) => model.id);
    const access = await database.read(run.tenant, (tx) => queries.readRunAccess(tx, { endpoint_id, model_ids }));
    const { organization_id } = run.tenant;
    const pace = new TargetPace({ most: 1, onHold: sayOnce((ms) => begun.hold(ms)) });
    begun.ending.addEventListener("abort", () => pace.stop());
    const context = {
      test_run_id: run.test_run_id,
      plan,
      scoring: openScoring(tools, begun, access.models),
      target: connectedTarget(target, tools.connector, begun),
      access: openTargetSecret(secrets, plan, { organization_id, endpoint: access.endpoint }),
      pace,
      signal: begun.signal,
      called: observer && ((outcome: Parameters<typeof observer.called>[0]) => observer.called(outcome)),
    };
    const plans = plan.kind === "multi_turn" ? new PlannedConversations() : null;
    const note = circuitBreaker(plan.pause_after_errors, (reason) => begun.pause(reason));
    return {
      limit: () => pace.limit,
      control({ share, per_second, hold_ms }) {
        pace.allow(Math.min(plan.concurrency, share));
        pace.allowPerSecond(per_second);
        if (hold_ms > 0) pace.hold(hold_ms);
      },
      ...(plans && { claimed: (tx: Tx, rows: readonly ClaimedResult[]) => plans.read(tx, rows) }),
      async make(row) {
        const made = await (plans === null
          ? executeResult(context, row)
          : executeConversation({ ...context, ending: begun.ending }, row, plans.take(row)));
        if (made !== null) note(made);
        return made;
      },
    };
  };
}

/** A hundred calls that are told the same moment say it once. */
function sayOnce(hold: (ms: number) => void): (ms: number) => void {
  let said = 0;
  return (ms) => {
    const until = performance.now() + ms;
    if (until <= said + leastLongerMs) return;
    said = until;
    hold(ms);
  };
}

const leastLongerMs = 100;
