/** What the executor asks of the database, named in one place so that a simulation of it can stand in. */
import { readRunAccess, readRunControl } from "@rhesis/db/queries/run-access";
import {
  claimResults,
  completeRun,
  holdEndpoint,
  pauseRun,
  returnResults,
  showProgress,
  stopRun,
  takeRun,
  wishPause,
} from "@rhesis/db/queries/run-execution";
import { storeResults } from "@rhesis/db/queries/run-results";

export const runQueries = {
  claimResults,
  completeRun,
  holdEndpoint,
  pauseRun,
  readRunAccess,
  readRunControl,
  returnResults,
  showProgress,
  stopRun,
  storeResults,
  takeRun,
  wishPause,
};

export type RunQueries = typeof runQueries;
