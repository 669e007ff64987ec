/** Loads the machine with one change in its source: all its modules anew, under an address of their own. */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { Machine } from "./history.ts";
import type { Mutant } from "./mutants.ts";

const packages = new URL("../../../", import.meta.url);
const machine = /\/packages\/(?:services\/src\/test-run|jobs\/src)\/[^?]*$/;
const mark = /\?mutant=\d+$/;
const changed = new Map<string, Mutant>();

/** The changed source. @throws where what is to be changed is not there, or there twice */
export function mutate({ file, name, from, to }: Mutant): string {
  const [before, after, ...more] = readFileSync(new URL(file, packages), "utf8").split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`"${name}" does not fit ${file} any more: its text has to be there once`);
  return before + to + after;
}

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const marked = mark.exec(context.parentURL ?? "")?.[0] ?? "";
    return machine.test(resolved.url) ? { ...resolved, url: resolved.url + marked } : resolved;
  },
  load(url, context, next) {
    const marked = mark.exec(url)?.[0];
    if (marked === undefined) return next(url, context);
    const file = url.slice(0, -marked.length);
    const mutant = changed.get(marked);
    const isChanged = mutant !== undefined && file === new URL(mutant.file, packages).href;
    const source = isChanged ? mutate(mutant) : readFileSync(fileURLToPath(file), "utf8");
    return { format: "module", source: stripTypeScriptTypes(source), shortCircuit: true };
  },
});

/** @param nr tells it from others that this process has loaded */
export async function loadMutant(mutant: Mutant, nr: number): Promise<Machine> {
  const query = `?mutant=${nr}`;
  changed.set(query, mutant);
  const load = (file: string): Promise<Machine> => import(new URL(file, packages).href + query);
  const [{ executeTestRun }, { runJob }] = await Promise.all([
    load("services/src/test-run/execute.ts"),
    load("jobs/src/run-job.ts"),
  ]);
  return { executeTestRun, runJob };
}
