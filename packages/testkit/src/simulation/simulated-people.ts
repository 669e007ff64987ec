/** What people do to a run, over simulated rows: see `services/src/test-run/pause.ts` and `cancel.ts`. */
import { isRunOver } from "@rhesis/engine/run/schema";
import { newJob } from "./rows.ts";
import type { Statement } from "./simulated-statement.ts";

export const peopleActs = ["pause", "resume", "cancel", "delete"] as const;
export type PeopleAct = (typeof peopleActs)[number];

/** @param job_id of the job that a resumed run gets */
export function actOnRun(s: Statement, act: PeopleAct, job_id: string): void {
  const run = s.lock(s.run, "update");
  if (run.deleted || (isRunOver(run.status) && act !== "delete")) return;
  if (act === "delete") s.put({ ...run, deleted: true });
  else if (act === "pause") pause(s);
  else if (act === "cancel") cancel(s);
  else resume(s, job_id);
}

function endJobOf(s: Statement): void {
  const job = s.job(s.lock(s.run, "update").job_id);
  if (job !== undefined)
    s.update(
      job,
      ({ status }) => status === "queued",
      () => ({ status: "cancelled" }),
    );
}

function pause(s: Statement): void {
  const run = s.lock(s.run, "update");
  if (run.status === "running") s.put({ ...run, pause_requested: true });
  if (run.status !== "queued") return;
  endJobOf(s);
  s.put({ ...run, status: "paused", pause_requested: true });
}

function resume(s: Statement, job_id: string): void {
  const run = s.lock(s.run, "update");
  if (run.status === "running") s.put({ ...run, pause_requested: false });
  if (run.status !== "paused") return;
  s.put({ ...run, status: "queued", job_id, pause_requested: false });
  s.put(newJob(job_id, { slot: s.rows.length, run_at: s.time }));
}

function cancel(s: Statement): void {
  const run = s.lock(s.run, "update");
  if (run.status === "running") s.put({ ...run, cancel_requested: true });
  if (run.status !== "queued" && run.status !== "paused") return;
  endJobOf(s);
  for (const row of s.results)
    s.update(
      row,
      ({ status }) => status === "pending",
      () => ({ status: "cancelled" }),
    );
  s.put({ ...run, status: "cancelled", cancel_requested: true });
}
