/**
 * Runs that everything goes wrong with, under one oracle. `npm run test:faults` plays many more of them; a seed that
 * fails is played again with `npm run test:faults -- --seed <seed> --scripts 1`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canStartRedis } from "../redis.ts";
import { violationsOf } from "./oracle.ts";
import { faultScript } from "./script.ts";
import { openStand, type Stand } from "./stand.ts";

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const scripts = number("RHESIS_FAULT_SCRIPTS", 1);
const faults = number("RHESIS_FAULTS_EACH", 3);
const tests = number("RHESIS_FAULT_TESTS", 300);
/** One that is the same in every run of the tests; new ones are looked for with `npm run test:faults`. */
const first = number("RHESIS_FAULT_SEED", 653_462);
const seeds = Array.from({ length: scripts }, (_, nr) => first + nr);
/** Beside other tests the machine is not ours alone. */
const resume_ms = number("RHESIS_FAULT_RESUME_MS", 15_000);
const mostMs = 300_000;

describe.each([["PostgreSQL"], ["Redis"]] as const)("with the queue on %s", (broker) => {
  const redis = broker === "Redis";
  const runs = !redis || canStartRedis();
  let stand: Stand | undefined;
  beforeAll(async () => {
    if (runs) stand = await openStand(broker);
  }, 60_000);
  afterAll(() => stand?.close());

  test.skipIf(!runs).each(seeds)("seed %i: a run keeps its promises", { timeout: mostMs }, async (seed) => {
    const script = faultScript(seed, { tests, faults, redis });
    const history = await stand?.play(script);
    if (history === undefined) throw new Error("the stand is open");
    const { faults: struck, cancelled_at } = history;
    const story = struck.map(({ fault }) => `${fault.kind} after ${fault.after_calls}`).join(", ");
    const end = cancelled_at === null ? "" : `, cancelled after ${script.cancel_after}`;
    expect(violationsOf(history, { resume_ms }), `seed ${seed}: ${story}${end}`).toEqual([]);
  });
});
