/** `npm test`: builds the web app, runs every test with real services, and says in its last line how it went. */
import { fileURLToPath } from "node:url";
import { buildWebApp } from "@rhesis/local/steps/web";
import { startVitest } from "vitest/node";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs the tests whose path holds one of `filters`, or all; returns how many failed. */
export async function runTests(filters: string[]): Promise<number> {
  await buildWebApp((line) => process.stdout.write(`${line}\n`));
  const vitest = await startVitest("test", filters, { root, watch: false });
  const counts = { passed: 0, failed: vitest.state.getUnhandledErrors().length, skipped: 0 };
  for (const module of vitest.state.getTestModules()) {
    if (!module.ok() && module.errors().length > 0) counts.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== "pending") counts[state] += 1;
    }
  }
  await vitest.close();
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return counts.passed === 0 ? 1 : counts.failed;
}

if (import.meta.main) process.exitCode = (await runTests(process.argv.slice(2))) === 0 ? 0 : 1;
