import { useNavigate } from "@tanstack/react-router";
import type { ScheduleItem } from "@rhesis/router/schedule/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { refreshSchedules } from "./refresh.ts";

/** What is done with a schedule beside editing it. What fails is told. */
export function useScheduleActs() {
  const navigate = useNavigate();
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      notifyFailure(error);
    }
    await refreshSchedules();
  };
  return {
    setEnabled: ({ id, name }: ScheduleItem, enabled: boolean) =>
      act(async () => {
        await api.schedule.update.mutate({ id, enabled });
        notifyDone(enabled ? `“${name}” is switched on. Its runs are yours.` : `“${name}” is switched off.`);
      }),
    runNow: ({ id }: ScheduleItem) =>
      act(async () => {
        const run = await api.schedule.run_now.mutate({ id });
        queryClient.setQueryData(trpc.test_run.get.queryKey({ id: run.id }), run);
        await navigate({ to: "/test-runs/$id", params: { id: run.id } });
      }),
    remove: ({ id, name }: ScheduleItem) =>
      act(async () => {
        const { deletion_id } = await api.schedule.delete.mutate({ id });
        await navigate({ to: "/test-runs/schedules" });
        offerUndo(`“${name}” is deleted. Runs that it started stay.`, deletion_id);
      }),
  };
}
