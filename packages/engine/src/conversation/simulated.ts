/** A conversation in which a model plays the user, and another look of a model says when it is over. */
import { inconclusive, type Finding } from "../metric/outcome.ts";
import type { Asking, ModelAnswer } from "../model/ask-twice.ts";
import type { ModelUsage } from "../model/schema.ts";
import { sumUsage } from "../model/usage.ts";
import { judgeGoal, type GoalJudgement } from "./goal-judge.ts";
import { goalLabel, goalVerdict } from "./goal-verdict.ts";
import { judgedFrom, type Judgement, type SimulatedConversation, type StopReason } from "./schema.ts";
import { writeMessage } from "./simulated-user.ts";
import { ConversationTrack, turnError, type HeldConversation, type TargetPort, type Turn } from "./track.ts";

export type SimulationPorts = {
  target: TargetPort;
  /** `signal` is aborted when what is under way is to end. */
  asking: Asking;
  /** Aborted when nothing new may begin: a conversation that is not over then is cut. */
  ending?: AbortSignal | undefined;
};

/** A conversation and what it came to; the usage of all its model calls is that of `goal`. */
export type SimulatedOutcome = HeldConversation & { goal: Finding };

/**
 * Holds a conversation until a rule ends it. Never throws for what a model or the target does. Null where it was
 * aborted: then nothing came of it.
 */
export function holdSimulated(
  conversation: SimulatedConversation,
  ports: SimulationPorts,
): Promise<SimulatedOutcome | null> {
  return new Simulation(conversation, ports).hold();
}

/**
 * Judges the goal of a conversation that was held before, once, over all of its turns; one that a model broke off early
 * stays inconclusive. Null where it was aborted.
 */
export async function judgeAgain(
  conversation: SimulatedConversation,
  { turns: held, stop_reason }: HeldConversation,
  asking: Asking,
): Promise<SimulatedOutcome | null> {
  const turns = held.map((turn): Turn => ({ ...turn, judgement: null, evidence: [] }));
  if (turns.length < judgedFrom(conversation)) {
    return { turns, stop_reason, goal: inconclusive("The conversation was broken off before it could be judged.") };
  }
  const answer = await judgeGoal(conversation, turns, asking);
  if (asking.signal?.aborted === true) return null;
  if (answer.fault === null) noteJudgement(turns, answer.value);
  return { turns, stop_reason, goal: findingOf(conversation, answer, answer.usage) };
}

class Simulation {
  readonly #conversation: SimulatedConversation;
  readonly #ports: SimulationPorts;
  readonly #track: ConversationTrack;
  readonly #usages: ModelUsage[] = [];

  constructor(conversation: SimulatedConversation, ports: SimulationPorts) {
    this.#conversation = conversation;
    this.#ports = ports;
    this.#track = new ConversationTrack(ports.target);
  }

  async hold(): Promise<SimulatedOutcome | null> {
    const { max_turns } = this.#conversation;
    const floor = judgedFrom(this.#conversation);
    for (let number = 1; ; number += 1) {
      const message = await this.#write();
      if (message === null) return null;
      if (message.fault !== null) return this.#broken("The user could not be simulated.", message);
      const turn = await this.#track.say(message.value.message, message.value.reason);
      if (turn === null) return null;
      if (turnError(turn) !== null) return this.#failed(turn);
      if (number < floor) continue;
      const judged = await this.#judge();
      if (judged === null) return null;
      if (judged.fault !== null) return this.#broken("The conversation could not be judged.", judged);
      const stop_reason = stopReason(judged.value) ?? (number === max_turns ? "max_turns" : null);
      if (stop_reason !== null) return this.#over(stop_reason, judged);
    }
  }

  async #write(): Promise<Awaited<ReturnType<typeof writeMessage>> | null> {
    const { asking, ending } = this.#ports;
    if (ending?.aborted === true) return null;
    const message = await writeMessage(this.#conversation, this.#track.turns, asking);
    this.#usages.push(message.usage);
    return asking.signal?.aborted === true ? null : message;
  }

  async #judge(): Promise<ModelAnswer<GoalJudgement> | null> {
    const { asking } = this.#ports;
    const judged = await judgeGoal(this.#conversation, this.#track.turns, asking);
    this.#usages.push(judged.usage);
    if (asking.signal?.aborted === true) return null;
    if (judged.fault === null) noteJudgement(this.#track.turns, judged.value);
    return judged;
  }

  #over(stop_reason: StopReason, judged: ModelAnswer<GoalJudgement>): SimulatedOutcome {
    const goal = findingOf(this.#conversation, judged, sumUsage(this.#usages));
    return { turns: this.#track.turns, stop_reason, goal };
  }

  #failed({ number }: Turn): SimulatedOutcome {
    const goal = inconclusive(`The application gave no answer in turn ${number}, so the goal was not judged.`);
    return {
      turns: this.#track.turns,
      stop_reason: "target_failed",
      goal: { ...goal, usage: sumUsage(this.#usages) },
    };
  }

  #broken(what: string, { fault, raw }: ModelAnswer<unknown>): SimulatedOutcome {
    const goal = { ...inconclusive(`${what} ${fault ?? ""}.`), raw, usage: sumUsage(this.#usages) };
    return { turns: this.#track.turns, stop_reason: "model_failed", goal };
  }
}

function stopReason({ state, restriction_broken }: Judgement): StopReason | null {
  if (restriction_broken) return "restriction_broken";
  if (state === "open") return null;
  return state === "reached" ? "goal_reached" : "goal_impossible";
}

/** The judgement stands at the turn after which it was made, its evidence at the turns it is from. */
function noteJudgement(turns: readonly Turn[], { evidence, ...judgement }: GoalJudgement): void {
  for (const turn of turns) {
    turn.evidence = evidence
      .filter((found) => found.turn === turn.number)
      .map(({ about, quote }) => ({ about, quote }));
  }
  const last = turns.at(-1);
  if (last !== undefined) last.judgement = judgement;
}

function findingOf(
  { polarity }: SimulatedConversation,
  { value, fault, raw }: ModelAnswer<GoalJudgement>,
  usage: ModelUsage,
): Finding {
  if (value === null) return { ...inconclusive(`The conversation could not be judged. ${fault ?? ""}.`), raw, usage };
  const { reason } = value;
  return {
    verdict: goalVerdict(polarity, value),
    value: null,
    label: goalLabel(polarity, value),
    reason,
    raw,
    usage,
  };
}
