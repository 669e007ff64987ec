/** `npm start`: brings everything up on this computer, prints the address, and takes everything down at Ctrl-C. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { count, readConfiguration, text } from "@rhesis/telemetry/configuration";
import { z } from "zod";
import { type Foundation, startFoundation } from "./foundation.ts";
import { AlreadyRunningError } from "./instance-lock.ts";
import { prepareDemo } from "./steps/demo.ts";
import { startApi, startWorker } from "./steps/programs.ts";
import { buildWebApp, watchWebApp, webFolder, webSource } from "./steps/web.ts";

const configuration = z.object({
  RHESIS_DATA_DIR: text.default(join(import.meta.dirname, "..", "..", "..", ".rhesis")),
  RHESIS_PORT: count(0, 65_000).default(4700),
});

/** Ctrl-C reaches us from the terminal and again from npm. */
const sameSignalMs = 1000;

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { watch: { type: "boolean", default: false } } });
  const settings = readConfiguration(configuration, process.env);
  const stopRequest = Promise.withResolvers<number>();
  listenForStop((code) => stopRequest.resolve(code));
  report("Starting Rhesis …");
  const foundation = await startFoundation({
    data_dir: settings.RHESIS_DATA_DIR,
    preferred_port: settings.RHESIS_PORT,
    report,
    on_failure: (name, lines) => {
      report(`${name} has stopped and cannot go on.\n${lines}`);
      stopRequest.resolve(1);
    },
  });
  process.exitCode = await runUntilStopped(foundation, values, stopRequest.promise);
}

async function runUntilStopped(
  foundation: Foundation,
  options: { watch: boolean },
  stopRequest: Promise<number>,
): Promise<number> {
  try {
    const started = startPrograms(foundation, options);
    // A stop during the start is answered at once; what the start makes of that does not matter any more.
    started.catch(() => undefined);
    const early = await Promise.race([started.then(() => null), stopRequest]);
    return early ?? (await stopRequest);
  } finally {
    await foundation.processes.stop();
    report("Rhesis has stopped.");
  }
}

async function startPrograms(foundation: Foundation, options: { watch: boolean }): Promise<void> {
  const web_dir = await prepareWebApp(foundation, options);
  await Promise.all([startApi(foundation, { ...options, web_dir }), startWorker(foundation, options)]);
  const demo = await prepareDemo(foundation);
  if (demo !== null) report(demo);
  foundation.lock.announce(foundation.application_url);
  report(`\nRhesis is ready: ${foundation.application_url}\nPress Ctrl-C to stop.`);
}

/** Returns the folder that the API serves. */
async function prepareWebApp(foundation: Foundation, { watch }: { watch: boolean }): Promise<string> {
  if (!watch) {
    await buildWebApp(report);
    return webFolder;
  }
  report("Building the web app, now and at every change …");
  const built = join(foundation.data_dir, "web");
  await watchWebApp(foundation.processes, { source: webSource, built });
  return built;
}

function listenForStop(stop: (code: number) => void): void {
  let first = 0;
  const onStop = (code: number): void => {
    if (first === 0) {
      first = Date.now();
      report("Stopping …");
      stop(code);
    } else if (Date.now() - first > sameSignalMs) report("Still stopping, this takes at most some seconds …");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => onStop(0));
  // bootstrap.mjs holds the other end of the channel: its end means that nobody is there to stop us any more.
  process.on("disconnect", () => onStop(0));
  process.channel?.unref();
}

try {
  await main();
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof AlreadyRunningError && error.address !== null ? 0 : 1;
}
// Whatever still holds the process by now is not worth waiting for.
process.exit();
