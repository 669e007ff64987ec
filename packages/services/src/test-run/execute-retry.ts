/** Writes of an execution, tried again while the database is away and the lease lasts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Tx } from "@rhesis/db/tenant";
import { isTransientError } from "@rhesis/db/transient-error";
import { LostRunError, type ExecutionTools, type RunToExecute } from "./execute-types.ts";

export type RetryingWrite = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** @returns a write that throws `LostRunError` once the lease is lost, and otherwise only what does not pass by itself */
export function retryingWrite(
  { database }: Pick<ExecutionTools, "database">,
  run: RunToExecute,
  how: "write" | "writeAtOnce" = "write",
): RetryingWrite {
  return async (work) => {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      if (run.lease.aborted) throw new LostRunError("the lease of the run was lost");
      try {
        return await database[how](run.tenant, work);
      } catch (error) {
        if (!isTransientError(error)) throw error;
      }
      await sleep(pause);
    }
  };
}
