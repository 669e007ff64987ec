/** `npm test`: builds the web app, runs every test with real services, and says in its last line how it went. */
import { fileURLToPath } from "node:url";
import { buildWebApp } from "@rhesis/local/steps/web";
import { startVitest, type Vitest } from "vitest/node";
import { leftoversSince, markTestRun, processesNow } from "./leftovers.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** For what is on its way out when the tests have ended. */
const patienceMs = 5_000;

type Counts = { passed: number; failed: number; skipped: number };

/** Runs the tests whose path holds one of `filters`, or all; returns how many failed. A process left behind is a failure. */
export async function runTests(filters: string[]): Promise<number> {
  markTestRun();
  const before = processesNow();
  await buildWebApp((line) => process.stdout.write(`${line}\n`));
  const vitest = await startVitest("test", filters, { root, watch: false });
  const counts = countsOf(vitest);
  await vitest.close();
  const left = await leftoversSince(before, root, patienceMs);
  for (const { pid, command } of left) process.stdout.write(`\nleft behind: ${pid} ${command}\n`);
  counts.failed += left.length;
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return counts.passed === 0 ? 1 : counts.failed;
}

function countsOf({ state: all }: Vitest): Counts {
  const counts = { passed: 0, failed: all.getUnhandledErrors().length, skipped: 0 };
  for (const module of all.getTestModules()) {
    if (!module.ok() && module.errors().length > 0) counts.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== "pending") counts[state] += 1;
    }
  }
  return counts;
}

if (import.meta.main) process.exitCode = (await runTests(process.argv.slice(2))) === 0 ? 0 : 1;
