/** A conversation in which a model plays the user, and another look of a model says when it is over. */
import { inconclusive, type Finding } from "../metric/outcome.ts";
import type { ScoreOutcome } from "../metric/schema.ts";
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

/** A conversation and what it came to; usage and time (in milliseconds) of all its model calls are those of `goal`. */
export type SimulatedOutcome = HeldConversation & { goal: ScoreOutcome };

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
  if (stop_reason === "model_failed" && turns.length < judgedFrom(conversation)) {
    const goal = inconclusive("The conversation was broken off before it could be judged.");
    return { turns, stop_reason, goal: { ...goal, duration_ms: 0 } };
  }
  const began = performance.now();
  const answer = await judgeGoal(conversation, turns, asking);
  const duration_ms = performance.now() - began;
  if (asking.signal?.aborted === true) return null;
  if (answer.fault === null) noteJudgement(turns, answer.value);
  return { turns, stop_reason, goal: { ...findingOf(conversation, answer), usage: answer.usage, duration_ms } };
}

class Simulation {
  readonly #conversation: SimulatedConversation;
  readonly #ports: SimulationPorts;
  readonly #track: ConversationTrack;
  readonly #usages: ModelUsage[] = [];
  #modelMs = 0;

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
    const message = await this.#counted(writeMessage(this.#conversation, this.#track.turns, asking));
    return asking.signal?.aborted === true ? null : message;
  }

  async #judge(): Promise<ModelAnswer<GoalJudgement> | null> {
    const { asking } = this.#ports;
    const judged = await this.#counted(judgeGoal(this.#conversation, this.#track.turns, asking));
    if (asking.signal?.aborted === true) return null;
    if (judged.fault === null) noteJudgement(this.#track.turns, judged.value);
    return judged;
  }

  async #counted<T>(asked: Promise<ModelAnswer<T>>): Promise<ModelAnswer<T>> {
    const began = performance.now();
    const answer = await asked;
    this.#modelMs += performance.now() - began;
    this.#usages.push(answer.usage);
    return answer;
  }

  #over(stop_reason: StopReason, judged: ModelAnswer<GoalJudgement>): SimulatedOutcome {
    return this.#ended(stop_reason, findingOf(this.#conversation, judged));
  }

  #failed({ number }: Turn): SimulatedOutcome {
    const reason = `The application gave no answer in turn ${number}, so the goal was not judged.`;
    return this.#ended("target_failed", inconclusive(reason));
  }

  #broken(what: string, { fault, raw }: ModelAnswer<unknown>): SimulatedOutcome {
    return this.#ended("model_failed", { ...inconclusive(`${what} ${fault ?? ""}.`), raw });
  }

  #ended(stop_reason: StopReason, finding: Finding): SimulatedOutcome {
    const goal = { ...finding, usage: sumUsage(this.#usages), duration_ms: this.#modelMs };
    return { turns: this.#track.turns, stop_reason, goal };
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

function findingOf({ polarity }: SimulatedConversation, { value, fault, raw }: ModelAnswer<GoalJudgement>): Finding {
  if (value === null) return { ...inconclusive(`The conversation could not be judged. ${fault ?? ""}.`), raw };
  const verdict = goalVerdict(polarity, value);
  return { verdict, value: null, label: goalLabel(polarity, value), reason: value.reason, raw, usage: null };
}
