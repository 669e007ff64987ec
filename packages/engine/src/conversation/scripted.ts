/** A conversation whose messages are fixed, with checks of each answer. Needs no model. */
import { inconclusive, type Finding } from "../metric/outcome.ts";
import { scoreDeterministic } from "../metric/score-answer.ts";
import type { CheckOutcome, ScriptedConversation, ScriptedTurn } from "./schema.ts";
import { ConversationTrack, turnError, type HeldConversation, type TargetPort, type Turn } from "./track.ts";

/** Says one message after the other until the last, or one that has no answer. Null where it was aborted. */
export async function holdScripted(
  { turns }: ScriptedConversation,
  target: TargetPort,
): Promise<HeldConversation | null> {
  const track = new ConversationTrack(target);
  for (const planned of turns) {
    const turn = await track.say(planned.input);
    if (turn === null) return null;
    if (turnError(turn) !== null) return { turns: track.turns, stop_reason: "target_failed" };
    turn.checks = checkTurn(planned, turn);
  }
  return { turns: track.turns, stop_reason: "script_ended" };
}

/** What the checks of a turn say of its answer. */
export function checkTurn({ checks, expected_output }: ScriptedTurn, { input, outcome }: Turn): CheckOutcome[] {
  const { answer, latency_ms } = outcome;
  if (answer === null) return [];
  const { context, metadata, tool_calls } = answer;
  const output = answer.output ?? "";
  const scored = { input, expected_output, output, context, metadata, tool_calls, latency_ms };
  return checks.map((parameters) => {
    const { verdict, value, reason } = scoreDeterministic(parameters, scored);
    return { parameters, verdict, value: value !== null && Number.isFinite(value) ? value : null, reason };
  });
}

const mostReasons = 5;

/** What the checks of all turns together say; null where there are none. `value` is the share that passed. */
export function checksFinding(turns: readonly Turn[]): Finding | null {
  const all = turns.flatMap(({ number, checks }) => checks.map((check) => ({ number, ...check })));
  if (all.length === 0) return null;
  const missed = all.filter(({ verdict }) => verdict !== "pass");
  const passed = all.length - missed.length;
  const value = passed / all.length;
  const label = `${passed} of ${all.length}`;
  const bare = { value, label, raw: null, usage: null };
  if (missed.length === 0) return { ...bare, verdict: "pass", reason: `All ${all.length} checks pass` };
  const said = missed.slice(0, mostReasons).map(({ number, reason }) => `Turn ${number}: ${reason}`);
  const more = missed.length > said.length ? [`and ${missed.length - said.length} more`] : [];
  const reason = [`${missed.length} of ${all.length} checks do not pass`, ...said, ...more].join(". ");
  const failed = missed.some(({ verdict }) => verdict === "fail");
  return failed ? { ...bare, verdict: "fail", reason } : { ...inconclusive(reason), value, label };
}
