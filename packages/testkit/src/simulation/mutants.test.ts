/** A simulation that never fails proves nothing: it has to see small changes of the machine it simulates. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { mutants } from "./mutants.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("run-mutants.ts", import.meta.url));
const seed = process.env["RHESIS_SIMULATION_SEED"] ?? String(Math.floor(Math.random() * 1_000_000_000));
/** All of them take minutes. */
const sample = process.env["RHESIS_SIMULATION_MUTANTS"] ?? "3";

test("mutants of the machine are caught", { timeout: 20 * 60_000 }, async () => {
  expect(mutants.length).toBeGreaterThanOrEqual(30);
  const { stdout } = await run(process.execPath, [script, "--sample", sample, "--seed", seed]);
  process.stdout.write(stdout);
  expect(stdout).toMatch(/(\d+) of \1 mutants caught/);
});
