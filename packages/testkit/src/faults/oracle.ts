/**
 * Says whether a run kept its promises, from three records that know nothing of each other: what was asked for (the
 * script), what the application under test saw, and what is stored.
 */
import type { Behaviour, Fault, FaultKind, FaultScript } from "./script.ts";
import type { TargetCall } from "./target.ts";

export const maxAttempts = 3;
/** From a cancellation to the last call that begins. */
export const mostCancelMs = 2_000;

export type StoredRow = {
  /** Of the test, in the script. */
  test: number;
  status: string;
  verdict: string | null;
  scores: number;
};

export type History = {
  script: FaultScript;
  calls: readonly TargetCall[];
  most_at_once: number;
  /** Each fault, and from when on a worker could go on with the run. Times by `performance.now()`. */
  faults: readonly { fault: Fault; at: number; there_at: number }[];
  cancelled_at: number | null;
  ended_at: number;
  run: Record<"total" | "passed" | "failed" | "inconclusive" | "errored", number> & { status: string };
  /** Runs that the one request for a run has made. */
  runs: number;
  job_status: string;
  results: readonly StoredRow[];
};

const verdictOf: Record<Behaviour, "pass" | "error"> = {
  answer: "pass",
  with_nul: "pass",
  busy_once: "pass",
  drop_once: "pass",
  broken: "error",
  page: "error",
};

const interrupting: readonly FaultKind[] = ["kill_worker", "cut_database", "stop_worker", "pause"];

const callsOf: Record<Behaviour, number> = {
  answer: 1,
  with_nul: 1,
  busy_once: 2,
  drop_once: 2,
  broken: maxAttempts,
  page: 1,
};

/**
 * What was broken, in words; nothing where every promise was kept.
 * @param bounds `resume_ms`: from a worker being there to its first call, at most
 */
export function violationsOf(history: History, bounds: { resume_ms: number }): string[] {
  return [
    ...ofTheEnd(history),
    ...ofResults(history),
    ...ofCounters(history),
    ...ofCalls(history),
    ...ofResuming(history, bounds.resume_ms),
    ...ofCancelling(history),
  ];
}

function ofTheEnd({ run, runs, job_status, cancelled_at }: History): string[] {
  const ends = cancelled_at === null ? ["completed"] : ["completed", "cancelled"];
  return [
    ...(ends.includes(run.status) ? [] : [`the run ended as ${run.status}`]),
    ...(runs === 1 ? [] : [`one request made ${runs} runs`]),
    ...(["completed", "cancelled"].includes(job_status) ? [] : [`the job ended as ${job_status}`]),
  ];
}

function ofResults({ script, results, run }: History): string[] {
  const found: string[] = [];
  const times = new Map<number, number>();
  for (const { test, status, verdict, scores } of results) {
    times.set(test, (times.get(test) ?? 0) + 1);
    const behaviour = script.tests[test];
    if (behaviour === undefined) found.push(`a result belongs to no test: ${test}`);
    else if (status === "cancelled" && run.status === "cancelled") continue;
    else if (status !== "completed") found.push(`test ${test} is ${status}`);
    else if (verdict !== verdictOf[behaviour]) found.push(`test ${test} (${behaviour}) has the verdict ${verdict}`);
    else if (scores !== (verdict === "pass" ? 1 : 0)) found.push(`test ${test} (${verdict}) has ${scores} scores`);
  }
  for (const test of script.tests.keys()) {
    const count = times.get(test) ?? 0;
    if (count !== 1) found.push(`test ${test} has ${count} results`);
  }
  return found;
}

function ofCounters({ run, results, script }: History): string[] {
  const count = (verdict: string) => results.filter((row) => row.verdict === verdict).length;
  const rows = {
    total: script.tests.length,
    passed: count("pass"),
    failed: count("fail"),
    inconclusive: count("inconclusive"),
    errored: count("error"),
  };
  return Object.entries(rows).flatMap(([name, value]) => {
    const counted = run[name as keyof typeof rows];
    return counted === value ? [] : [`the run counts ${counted} ${name}, its rows say ${value}`];
  });
}

function ofCalls({ script, calls, most_at_once, faults, results, ended_at }: History): string[] {
  const found: string[] = [];
  const made = new Map<number, TargetCall[]>();
  for (const call of calls) made.set(call.test, [...(made.get(call.test) ?? []), call]);
  const crashes = faults.filter(({ fault }) => ["kill_worker", "cut_database"].includes(fault.kind)).length;
  const interruptions = faults.filter(({ fault }) => interrupting.includes(fault.kind)).length;
  let extra = 0;
  for (const [test, behaviour] of script.tests.entries()) {
    const own = made.get(test) ?? [];
    const keys = new Set(own.map((call) => call.key));
    if (own.length > 0 && (keys.size !== 1 || keys.has(null))) found.push(`test ${test} was asked under other keys`);
    const isDone = results.some((row) => row.test === test && row.status === "completed");
    if (isDone && own.length === 0) found.push(`test ${test} has a result and was never asked`);
    const over = Math.max(0, own.length - callsOf[behaviour]);
    if (callsOf[behaviour] === 1) extra += over;
    // One that waits to be tried again when its worker goes, or the run rests, has all its attempts before it again.
    else if (over > maxAttempts * interruptions) found.push(`test ${test} was asked ${own.length} times`);
  }
  const allowed = crashes * script.concurrency;
  if (extra > allowed)
    found.push(`${extra} calls were repeated, at most ${allowed} were under way in ${crashes} crashes`);
  // What a dead worker had under way is open at the application for a moment longer.
  const open = script.concurrency * (crashes > 0 ? 2 : 1);
  if (most_at_once > open) found.push(`${most_at_once} calls were open at once, ${open} were allowed`);
  const late = calls.filter((call) => call.at > ended_at).length;
  if (late > 0) found.push(`${late} calls came after the run had ended`);
  return found;
}

function ofResuming({ calls, faults, ended_at }: History, most_ms: number): string[] {
  return faults.flatMap(({ fault, there_at }, index) => {
    const next = faults[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const call = calls.find(({ at }) => at >= there_at)?.at ?? ended_at;
    const ms = Math.round(Math.min(call, next, Math.max(ended_at, there_at)) - there_at);
    return ms > most_ms ? [`${ms} ms passed until the next call after ${fault.kind}`] : [];
  });
}

function ofCancelling({ calls, cancelled_at }: History): string[] {
  if (cancelled_at === null) return [];
  const late = calls.filter(({ at }) => at > cancelled_at + mostCancelMs).length;
  return late === 0 ? [] : [`${late} calls began more than ${mostCancelMs} ms after the cancellation`];
}
