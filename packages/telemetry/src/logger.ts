/** JSON lines on standard output, each with the ids of the work it belongs to, none with a secret. */
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import { redactFields, redactText } from "./redact.ts";
import { currentContext } from "./request-context.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** No `child`: its fields would be written as they are. What all lines of a work share is its request context. */
export type Logger = Pick<PinoLogger, Exclude<LogLevel, "silent"> | "level" | "flush">;

export type LoggerOptions = {
  /** Which program speaks: api, worker, local. */
  service: string;
  level: LogLevel;
  /** Where lines go; standard output if left out. */
  destination?: DestinationStream;
};

/** Log objects first: `logger.error({ err, run_id }, "the run could not be started")`. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...currentContext() }),
      // `err` is described like every other error: its own fields may quote what was sent.
      serializers: { err: (error: unknown) => redactFields(error) },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactFields(fields) as Record<string, unknown>,
      },
      hooks: { streamWrite: redactText },
    },
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 0 }),
  );
}
