/** Scoring a conversation again that another run has held: its turns as they were, judged by what holds now. */
import {
  readEarlierConversations,
  readPlannedConversations,
  type EarlierConversation,
  type TurnRow,
} from "@rhesis/db/queries/conversation";
import type { Tx } from "@rhesis/db/tenant";
import type { ConversationPlan } from "@rhesis/engine/conversation/schema";
import { checkTurn } from "@rhesis/engine/conversation/scripted";
import { judgeAgain, type SimulatedOutcome } from "@rhesis/engine/conversation/simulated";
import { turnError, type HeldConversation, type Turn } from "@rhesis/engine/conversation/track";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { modelOfConversation, scoreConversation } from "./execute-conversation-score.ts";
import { errorResult, type Scoring } from "./execute-score.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

/** What other runs have held, read with the claim. */
export class EarlierConversations {
  readonly #source_run_id: string | null;
  readonly #found = new Map<string, { plan: ConversationPlan; held?: HeldConversation }>();

  constructor(source_run_id: string | null) {
    this.#source_run_id = source_run_id;
  }

  async read(tx: Tx, rows: readonly ClaimedResult[]): Promise<void> {
    const ids = rows.map((row) => row.id);
    const [plans, earlier] = await Promise.all([
      readPlannedConversations(tx, ids),
      readEarlierConversations(tx, this.#source_run_id, ids),
    ]);
    const held = new Map(earlier.map((conversation) => [conversation.id, heldOf(conversation)]));
    for (const { id, plan } of plans) {
      const before = held.get(id);
      this.#found.set(id, before === undefined ? { plan } : { plan, held: before });
    }
  }

  /**
   * Scores one again. What was an error stays that error, with the turns it had.
   * @param outcome what the other run stored of the result itself
   */
  async score(scoring: Scoring, row: ClaimedResult, outcome: TargetOutcome): Promise<ScoredResult | null> {
    const began = performance.now();
    const found = this.#found.get(row.id);
    this.#found.delete(row.id);
    if (found?.held === undefined) return errorResult(row, outcome, began);
    const held = await judged(scoring, found.plan, found.held);
    return held === null ? null : scoreConversation(scoring, row, { plan: found.plan, held, began });
  }
}

async function judged(
  scoring: Scoring,
  plan: ConversationPlan,
  held: HeldConversation,
): Promise<HeldConversation | SimulatedOutcome | null> {
  const last = held.turns.at(-1);
  if (last === undefined || turnError(last) !== null) return held;
  if (plan.type === "simulated") return judgeAgain(plan, held, modelOfConversation(scoring));
  const turns = held.turns.map((turn) => {
    const planned = plan.turns[turn.number - 1];
    return planned === undefined ? turn : { ...turn, checks: checkTurn(planned, turn) };
  });
  return { ...held, turns };
}

function heldOf({ stop_reason, turns }: EarlierConversation): HeldConversation {
  return { stop_reason, turns: turns.map(turnOf) };
}

function turnOf({ number, input, reason, checks, judgement, evidence, ...called }: TurnRow): Turn {
  const { answer, request, response, attempts, latency_ms, error_code, error_message } = called;
  const error = error_code === null ? null : { code: error_code, message: error_message ?? "" };
  const first_byte_ms = attempts.at(-1)?.first_byte_ms ?? null;
  const outcome = { answer, error, request, response, attempts, latency_ms, first_byte_ms };
  return { number, input, outcome, reason, checks, judgement, evidence };
}
