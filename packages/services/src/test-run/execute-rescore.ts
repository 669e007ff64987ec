/**
 * Executes a run that scores the answers of an earlier run again. It holds no target client and reads no endpoint: what
 * it scores is what that run stored.
 */
import { readModelAccess } from "@rhesis/db/queries/run-access";
import { readStoredOutcomes, type StoredOutcome } from "@rhesis/db/queries/run-results";
import { openScoring } from "./execute-access.ts";
import { EarlierConversations } from "./execute-conversation-rescore.ts";
import { driveRun } from "./execute-drive.ts";
import { scoreOutcome } from "./execute-score.ts";
import type { ClaimedResult, ExecutionEnd, ExecutionTools, OpenMaker, RunToExecute } from "./execute-types.ts";

/** Executes or goes on with a re-score; the same as executing a run, but for the calls. */
export function executeRescore(tools: ExecutionTools, run: RunToExecute): Promise<ExecutionEnd> {
  return driveRun(tools, run, openReader(tools));
}

function openReader(tools: ExecutionTools): OpenMaker {
  return async (begun) => {
    const model_ids = begun.plan.models.map((model) => model.id);
    const models = await tools.database.read(begun.run.tenant, (tx) => readModelAccess(tx, model_ids));
    const scoring = openScoring(tools, begun, models);
    const outcomes = new Map<string, StoredOutcome>();
    const isHeld = begun.plan.kind === "multi_turn";
    const conversations = new EarlierConversations(begun.source_run_id);
    return {
      limit: () => begun.plan.concurrency,
      async claimed(tx, rows) {
        const ids = rows.map((row) => row.id);
        for (const { id, ...outcome } of await readStoredOutcomes(tx, begun.source_run_id, ids))
          outcomes.set(id, outcome);
        if (isHeld) await conversations.read(tx, rows);
      },
      make(row) {
        const outcome = outcomes.get(row.id) ?? gone;
        outcomes.delete(row.id);
        if (isHeld) return conversations.score(scoring, row, withMessage(row, outcome));
        return scoreOutcome(scoring, row, { outcome: withMessage(row, outcome), began: performance.now() });
      },
    };
  };
}

const gone: StoredOutcome = {
  answer: null,
  error: {
    code: "attempts_exhausted",
    message:
      "The answer that was to be scored again is not there any more: the run that holds it was deleted for good.",
  },
  request: null,
  response: null,
  attempts: [],
  latency_ms: 0,
  first_byte_ms: null,
};

/** What had no answer then has none now. */
function withMessage(row: ClaimedResult, outcome: StoredOutcome): StoredOutcome {
  if (outcome.answer !== null || outcome.error !== null) return outcome;
  return { ...outcome, error: { code: "empty_answer", message: `There was no answer to test ${row.test_id}.` } };
}
