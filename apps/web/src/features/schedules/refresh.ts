import { queryClient, trpc } from "../../api/trpc.ts";

/** After a change to schedules, and after one has started a run. */
export function refreshSchedules(): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries(trpc.schedule.pathFilter()),
    queryClient.invalidateQueries(trpc.test_run.list.pathFilter()),
  ]);
}
