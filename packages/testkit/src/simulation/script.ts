/** What happens in one simulated history, drawn from its seed. Times in virtual milliseconds. */
import { Draw } from "./random.ts";
import type { PeopleAct } from "./simulated-people.ts";

/** How the application under test answers a test, and what that comes to. */
export const verdicts = {
  answer: "pass",
  wrong: "fail",
  broken: "error",
  busy_once: "pass",
  /** Answers never; the call times out. */
  hang: "error",
  /** Its answer is one that the database refuses. */
  unstorable: "error",
  /** Kills the worker that asks. */
  poison: "error",
} as const;
export type Behaviour = keyof typeof verdicts;

export type Happening =
  | { kind: "crash" | "restart"; away_ms: number }
  | { kind: "sleep" | "outage" | "cut_off"; ms: number }
  | { kind: PeopleAct }
  | { kind: "deliver_again" };

export type Script = {
  seed: number;
  tests: Behaviour[];
  concurrency: number;
  max_concurrency: number;
  pause_after_errors: number | null;
  workers: number;
  grace_ms: number;
  /** How long calls take. */
  call_ms: { least: number; most: number };
  /** What a busy application asks to wait. */
  retry_after_ms: number;
  /** How long the database takes, one way. */
  most_trip_ms: number;
  /** Of the requests to the database, until the faults are over. */
  broken_share: number;
  /** Of the claims, which then end with a fault that does not pass. */
  refused_share: number;
  /** Of the offers of jobs. */
  lost_share: number;
  doubled_share: number;
  /** In the order of the acts after which they come. */
  happenings: { after_steps: number; what: Happening }[];
  faults_over_at: number;
};

export const timeoutMs = 2_500;

/** The script of a seed: the same one every time. */
export function drawScript(seed: number): Script {
  const draw = new Draw(seed);
  const tests = drawTests(draw);
  const steps = 40 + tests.length * 30;
  const many = draw.chance(0.2);
  const count = draw.chance(0.1) ? 0 : draw.integer(1, many ? 9 : 4);
  const happenings = Array.from({ length: count }, () => ({
    after_steps: draw.integer(1, steps * (many ? 3 : 1)),
    what: drawHappening(draw, many),
  })).sort((one, other) => one.after_steps - other.after_steps);
  const least = draw.integer(1, 200);
  return {
    seed,
    tests,
    concurrency: draw.integer(1, 5),
    max_concurrency: draw.integer(1, 6),
    pause_after_errors: draw.chance(0.1) ? draw.integer(1, 3) : null,
    workers: draw.integer(1, 3),
    grace_ms: draw.one([0, 50, 400, 5_000]),
    call_ms: { least, most: least + draw.one([0, 50, 400, 1_500]) },
    retry_after_ms: draw.one([300, 5_000]),
    most_trip_ms: draw.one([1, 3, 10, 40]),
    broken_share: draw.one([0, 0, 0, 0.01, 0.05, 0.15]),
    refused_share: draw.one([0, 0, 0, 0.1]),
    lost_share: draw.one([0, 0, 0.3]),
    doubled_share: draw.one([0, 0, 0.3]),
    happenings,
    faults_over_at: draw.integer(1_000, draw.one([12_000, 40_000])),
  };
}

function drawTests(draw: Draw): Behaviour[] {
  const odd = draw.one([0, 0.1, 0.3]);
  const tests = Array.from({ length: draw.integer(3, 12) }, (): Behaviour => {
    return draw.chance(odd) ? draw.one(["wrong", "broken", "busy_once", "busy_once", "hang", "unstorable"]) : "answer";
  });
  if (draw.chance(0.15)) tests[draw.integer(0, tests.length - 1)] = "poison";
  return tests;
}

function drawHappening(draw: Draw, many: boolean): Happening {
  const away_ms = draw.integer(0, 2_000);
  if (many && draw.chance(0.7)) return { kind: "crash", away_ms };
  const kind = draw.one([
    ...(["crash", "crash", "crash", "restart", "sleep", "outage", "cut_off", "deliver_again"] as const),
    ...(["pause", "resume", "cancel", "delete", "pause"] as const),
  ]);
  if (kind === "crash" || kind === "restart") return { kind, away_ms };
  if (kind === "sleep") return { kind, ms: draw.one([100, 700, 2_500, 4_000, 8_000]) };
  if (kind === "outage" || kind === "cut_off") return { kind, ms: draw.one([50, 500, 2_000, 5_000]) };
  // A run that ends early shows little.
  if ((kind === "cancel" || kind === "delete") && draw.chance(0.5)) return { kind: "pause" };
  return { kind };
}
