/**
 * The machine of runs, leases and retries under a virtual clock, with crashes between any two of its steps. A seed that
 * fails is told with its story; `RHESIS_SIMULATION_SEED` begins at another one, `RHESIS_SIMULATION_SEEDS` plays so many.
 */
import { runJob } from "@rhesis/jobs/run-job";
import { executeTestRun } from "@rhesis/services/test-run/execute";
import { expect, test } from "vitest";
import { playSeeds, tellSeed, type Failure } from "./play.ts";

const machine = { executeTestRun, runJob };
const first = Number(process.env["RHESIS_SIMULATION_SEED"] ?? Math.floor(Math.random() * 1_000_000_000));
const seeds = process.env["RHESIS_SIMULATION_SEEDS"];
/** As many as fit, where nobody says how many. */
const budgetMs = 5_000;
const mostMs = 30 * 60_000;
/** Told in words; the others by their numbers. */
const mostStories = 3;

async function storyOf({ seed, violations }: Failure): Promise<string> {
  const { story } = await tellSeed(machine, seed);
  return [`seed ${seed}`, ...story, ...violations].join("\n");
}

test("every history keeps the promises of a run", { timeout: mostMs }, async () => {
  const began = performance.now();
  const played = await playSeeds(machine, { first, most: seeds === undefined ? Infinity : Number(seeds) }, () => {
    return seeds === undefined && performance.now() - began > budgetMs;
  });
  const ms = performance.now() - began;
  process.stdout.write(
    `simulated ${played.seeds} histories from seed ${first} on, ${Math.round((played.seeds / ms) * 1_000)} per second\n`,
  );
  const stories = await Promise.all(played.failures.slice(0, mostStories).map(storyOf));
  expect(stories.join("\n\n"), `seeds ${played.failures.map(({ seed }) => seed).join(", ")}`).toBe("");
  expect(played.seeds).toBeGreaterThan(0);
});

test("a seed is the same history every time", async () => {
  for (let seed = first; seed < first + 20; seed++) {
    const [once, again] = [await tellSeed(machine, seed), await tellSeed(machine, seed)];
    expect(again).toEqual(once);
    expect(once.story.length).toBeGreaterThan(5);
  }
});

/** Each was found by the simulation. */
test.each([["a job that was taken from a stale offer is offered again when its worker dies", 523]])(
  "%s",
  async (_, seed) => {
    expect(await tellSeed(machine, seed)).toMatchObject({ violations: [] });
  },
);
