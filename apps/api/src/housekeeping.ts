/** What nobody asks for but somebody has to do: answers kept for repeated calls are forgotten after a day. */
import type { Database } from "@rhesis/db/database";
import { forgetIdempotencyKeys } from "@rhesis/db/gates";
import type { Logger } from "@rhesis/telemetry/logger";

const everyMs = 3_600_000;
const keptHours = 24;

/** Runs once an hour in every API; doing it twice does no harm. Returns how to stop. */
export function startHousekeeping(database: Pick<Database, "pool">, logger: Logger): () => void {
  const tidy = () => {
    forgetIdempotencyKeys(database.pool, keptHours).catch((err: unknown) => {
      logger.warn({ err }, "kept answers could not be forgotten");
    });
  };
  const timer = setInterval(tidy, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
