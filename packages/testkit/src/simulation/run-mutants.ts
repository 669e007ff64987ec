/**
 * Plays seeds against mutants of the machine until each has been caught: `node run-mutants.ts --sample 3` takes three
 * of them, drawn from `--seed`; `--seeds` says how many a mutant may survive at most.
 */
import { parseArgs } from "node:util";
import { loadMutant, mutate } from "./load-mutant.ts";
import { mutants, type Mutant } from "./mutants.ts";
import { playSeeds } from "./play.ts";
import { Draw } from "./random.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: String(mutants.length) },
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "20000" },
  },
});

/** Of the mutant that is being played: it would have ended the process of a worker. */
let unhandled = 0;
process.on("unhandledRejection", () => (unhandled += 1));

function drawn(): [nr: number, mutant: Mutant][] {
  const draw = new Draw(Number(values.seed));
  const left = [...mutants.entries()];
  while (left.length > Number(values.sample)) left.splice(draw.integer(0, left.length - 1), 1);
  return left;
}

async function catches(nr: number, mutant: Mutant): Promise<boolean> {
  const machine = await loadMutant(mutant, nr);
  unhandled = 0;
  const most = Number(values.seeds);
  const { seeds, failures } = await playSeeds(
    machine,
    { first: 1, most },
    (played) => played.failures.length > 0 || unhandled > 0,
  );
  const [failure] = failures;
  const what = failure === undefined ? "a rejection that nobody handles" : `${failure.seed}: ${failure.violations[0]}`;
  const isCaught = failure !== undefined || unhandled > 0;
  const end = isCaught ? `caught by seed ${what}` : `SURVIVED ${seeds} seeds`;
  process.stdout.write(`${nr} ${mutant.file.split("/").at(-1)}: ${mutant.name}: ${end}\n`);
  return isCaught;
}

for (const mutant of mutants) mutate(mutant);
let survived = 0;
const chosen = drawn();
for (const [nr, mutant] of chosen) if (!(await catches(nr, mutant))) survived += 1;
process.stdout.write(`${chosen.length - survived} of ${chosen.length} mutants caught\n`);
process.exitCode = survived === 0 ? 0 : 1;
