/**
 * `npm run test:faults`: simulated histories (`--simulations`) and every mutant of the machine, then many runs that
 * everything goes wrong with. `--scripts` says how many with each queue, `--faults` how much goes wrong in each, `--tests`
 * how many tests each has, `--seed` where to begin; all numbers are printed.
 */
import { parseArgs } from "node:util";
import { runTests } from "../run-tests.ts";

const { values } = parseArgs({
  options: {
    scripts: { type: "string", default: "50" },
    faults: { type: "string", default: "10" },
    tests: { type: "string", default: "2000" },
    simulations: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} is a whole number, not "${value}"`);
}
process.env["RHESIS_FAULT_SCRIPTS"] = values.scripts;
process.env["RHESIS_FAULTS_EACH"] = values.faults;
process.env["RHESIS_FAULT_TESTS"] = values.tests;
process.env["RHESIS_FAULT_RESUME_MS"] = "5000";
process.env["RHESIS_FAULT_SEED"] = values.seed;
process.env["RHESIS_SIMULATION_SEED"] = values.seed;
process.env["RHESIS_SIMULATION_SEEDS"] = values.simulations;
process.env["RHESIS_SIMULATION_MUTANTS"] = "1000";
process.stdout.write(
  `seed ${values.seed}: ${values.scripts} scripts with each queue, ${values.faults} faults in each\n`,
);
const simulated = values.simulations === "0" ? [] : ["packages/testkit/src/simulation/"];
const played = values.scripts === "0" ? [] : ["packages/testkit/src/faults/faults.test.ts"];
const files = [...simulated, ...played];
if (files.length === 0) throw new Error("--scripts and --simulations are both 0");
process.exitCode = (await runTests(files)) === 0 ? 0 : 1;
