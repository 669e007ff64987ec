/** Ends a process in order: what was started last stops first, within a limit. */
import type { Logger } from "./logger.ts";

export type Shutdown = {
  /** Adds a step. It is awaited before the steps added earlier. */
  onShutdown(name: string, step: () => Promise<unknown>): void;
  /** Runs all steps, once; later calls join the first. Resolves to the exit code: 1 where a step failed or time ran out. */
  begin(reason: string): Promise<number>;
};

export type ShutdownOptions = { logger: Logger; timeout_ms?: number };

/** Does not listen to signals by itself: `exitOnSignals` does. */
export function createShutdown({ logger, timeout_ms = 30_000 }: ShutdownOptions): Shutdown {
  const steps: { name: string; step: () => Promise<unknown> }[] = [];
  let running: Promise<number> | undefined;

  const runAll = async (): Promise<number> => {
    let code = 0;
    for (const { name, step } of steps.toReversed()) {
      try {
        await step();
      } catch (err) {
        code = 1;
        logger.error({ err, step: name }, "a step of the shutdown failed");
      }
    }
    return code;
  };

  return {
    onShutdown: (name, step) => void steps.push({ name, step }),
    begin(reason) {
      running ??= (async () => {
        logger.info({ reason }, "shutting down");
        let timer: NodeJS.Timeout | undefined;
        const limit = new Promise<number>((resolve) => {
          timer = setTimeout(() => resolve(1), timeout_ms);
        });
        const code = await Promise.race([runAll(), limit]);
        clearTimeout(timer);
        logger.info({ code }, "shut down");
        return code;
      })();
      return running;
    },
  };
}

/** SIGTERM and SIGINT begin the shutdown and end the process; a second signal ends it at once. */
export function exitOnSignals(shutdown: Shutdown): void {
  let seen = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (seen) process.exit(1);
      seen = true;
      void shutdown.begin(signal).then((code) => process.exit(code));
    });
  }
}
