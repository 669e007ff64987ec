/** What goes wrong in a run, and when: all of it drawn from one number, so that a history can be played again. */
import fc from "fast-check";

/** How the application under test answers one test, in every life of the worker that asks. */
export const behaviours = ["answer", "busy_once", "drop_once", "with_nul", "broken", "page"] as const;
export type Behaviour = (typeof behaviours)[number];

export const faultKinds = [
  "kill_worker",
  "stop_worker",
  "kill_api",
  "cut_database",
  "empty_redis",
  "kill_redis",
  "pause",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  kind: FaultKind;
  /** When the application has been called so often. */
  after_calls: number;
  /** How long what was taken away stays away, in milliseconds. */
  away_ms: number;
};

export type FaultScript = {
  seed: number;
  /** One test each. */
  tests: Behaviour[];
  concurrency: number;
  workers: number;
  /** In the order of their moments. */
  faults: Fault[];
  /** Calls after which the run is cancelled; null where it may end. */
  cancel_after: number | null;
  /** Milliseconds after the request for the run at which the API that has it dies; null where it lives. */
  api_dies_after_ms: number | null;
};

export type ScriptSize = { tests: number; faults: number; redis: boolean };

/** The script of a seed. The same seed and size give the same script. */
export function faultScript(seed: number, { tests, faults, redis }: ScriptSize): FaultScript {
  const kinds = faultKinds.filter((kind) => redis || !kind.endsWith("_redis"));
  const behaviour = fc.oneof(
    { weight: 90, arbitrary: fc.constant<Behaviour>("answer") },
    { weight: 10, arbitrary: fc.constantFrom(...behaviours) },
  );
  const fault = fc.record({
    // Crashes of workers are what most can go wrong with.
    kind: fc.oneof(fc.constant<FaultKind>("kill_worker"), fc.constantFrom(...kinds)),
    after_calls: fc.integer({ min: 1, max: tests - 1 }),
    away_ms: fc.integer({ min: 0, max: 400 }),
  });
  const script = fc.record({
    seed: fc.constant(seed),
    tests: fc.array(behaviour, { minLength: tests, maxLength: tests, size: "max" }),
    concurrency: fc.integer({ min: 4, max: 40 }),
    workers: fc.integer({ min: 1, max: 2 }),
    faults: fc
      .array(fault, { minLength: faults, maxLength: faults })
      .map((all) => all.toSorted((one, other) => one.after_calls - other.after_calls)),
    cancel_after: seldom(fc.integer({ min: 1, max: tests - 1 })),
    api_dies_after_ms: seldom(fc.integer({ min: 0, max: 150 })),
  });
  const [drawn] = fc.sample(script, { seed, numRuns: 1 });
  if (drawn === undefined) throw new Error("a sample of one has one");
  return drawn;
}

/** In one script of four. */
function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}
