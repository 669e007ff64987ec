/** Who works at a simulated run. */
import type { ExecutionEnd } from "@rhesis/services/test-run/execute-types";
import type { Life } from "./virtual-time.ts";

/** A process that takes jobs. */
export type Worker = Life & {
  nr: number;
  stop: AbortController;
  stopped_at: number | null;
  cut_off_until: number;
  doing: number;
};

/** One execution of the run by one worker, from the job's claim to its outcome. */
export type Execution = {
  nr: number;
  life: Worker;
  lease: AbortSignal;
  token: string | null;
  taken_at: number;
  /** Tests that it has asked and whose results are not committed. */
  open: Set<number>;
  /** All that it has asked. */
  asked: Set<number>;
  fenced_at: number | null;
  ended: ExecutionEnd["status"] | "threw" | null;
};
