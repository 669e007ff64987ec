/** One result of a multi-turn test: its conversation, what that came to, and the scores of its last answer. */
import { randomUUID } from "node:crypto";
import { conversationMemory } from "@rhesis/engine/conversation/memory";
import type { ConversationPlan } from "@rhesis/engine/conversation/schema";
import { holdScripted } from "@rhesis/engine/conversation/scripted";
import { holdSimulated, type SimulatedOutcome } from "@rhesis/engine/conversation/simulated";
import type { HeldConversation, TargetPort } from "@rhesis/engine/conversation/track";
import { modelOfConversation, scoreConversation } from "./execute-conversation-score.ts";
import { callTarget, nothingCalled, type ResultContext } from "./execute-result.ts";
import { errorResult } from "./execute-score.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

/**
 * Holds the conversation of one result and scores it. Null when it was aborted or cut: then nothing of it is kept, and
 * it begins anew when the run goes on.
 * @param ending aborted when nothing new may begin
 */
export async function executeConversation(
  context: ResultContext & { ending: AbortSignal },
  row: ClaimedResult,
  plan: ConversationPlan | undefined,
): Promise<ScoredResult | null> {
  const began = performance.now();
  if (plan === undefined) return errorResult(row, { ...nothingCalled, error: noPlan }, began);
  const held = await hold(context, row, plan);
  return held === null ? null : scoreConversation(context.scoring, row, { plan, held, began });
}

const noPlan = { code: "mapping_failed", message: "What was to be said in this conversation is not there." } as const;

async function hold(
  context: ResultContext & { ending: AbortSignal },
  row: ClaimedResult,
  plan: ConversationPlan,
): Promise<HeldConversation | SimulatedOutcome | null> {
  const target = targetOf(context, row);
  if (plan.type === "scripted") return holdScripted(plan, target);
  const { scoring, ending } = context;
  return holdSimulated(plan, { target, asking: modelOfConversation(scoring), ending });
}

/** A conversation that begins anew is another to the target: its calls repeat none of those made before. */
function targetOf(context: ResultContext, row: ClaimedResult): TargetPort {
  const conversation = randomUUID();
  return {
    memory: conversationMemory(context.plan.endpoint.config),
    async ask({ number, ...said }) {
      const outcome = await callTarget(context, row, { said, key: `${conversation}/${number}` });
      context.called?.(outcome);
      return outcome;
    },
  };
}
