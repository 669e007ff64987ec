/** The API and the worker as programs of their own, as they run anywhere else. */
import { join } from "node:path";
import type { Foundation } from "../foundation.ts";
import type { ProgramSpec } from "../processes.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const followParent = join(import.meta.dirname, "..", "follow-parent.ts");

export type ProgramOptions = { watch: boolean };

/** Starts the API, which also serves the web application built in `web_dir`, and waits until it is ready. */
export async function startApi(foundation: Foundation, options: ProgramOptions & { web_dir: string }): Promise<void> {
  const port = String(foundation.application_port);
  await foundation.processes.start({
    ...program("api", "apps/api/src/main.ts", options),
    env: { ...foundation.environment, PORT: port, WEB_DIR: options.web_dir },
    ready: () => answers(`http://127.0.0.1:${port}/readyz`),
  });
}

/** Starts the worker. */
export async function startWorker(foundation: Foundation, options: ProgramOptions): Promise<void> {
  await foundation.processes.start({
    ...program("worker", "apps/worker/src/main.ts", options),
    env: foundation.environment,
  });
}

function program(name: string, entry: string, { watch }: ProgramOptions): ProgramSpec {
  // A small young generation keeps the worker flat in memory while results stream through it.
  const args = ["--max-semi-space-size=8", "--import", followParent, ...(watch ? ["--watch"] : []), join(root, entry)];
  return { name, args, cwd: root, restart: true };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.ok;
}
