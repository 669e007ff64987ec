/** What doing a job asks of the database, named in one place so that a simulation of it can stand in. */
import { claimJob, endJob, extendLease, releaseJob } from "@rhesis/db/queries/job";

export const jobQueries = { claimJob, endJob, extendLease, releaseJob };

export type JobQueries = typeof jobQueries;
