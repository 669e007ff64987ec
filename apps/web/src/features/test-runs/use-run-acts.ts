import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";

/** What can be done with a run: each says how it went, and failures are told. */
export function useRunActs(run: TestRun) {
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const { id } = run;
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const steer = (change: (input: { id: string }) => Promise<TestRun>, done: string) =>
    act(async () => {
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id }), await change({ id }));
      notifyDone(done);
    });
  return {
    isBusy,
    cancel: () => steer((input) => api.test_run.cancel.mutate(input), "The run stops. What has been answered stays."),
    pause: () => steer((input) => api.test_run.pause.mutate(input), "The run pauses. Calls under way end first."),
    resume: () => steer((input) => api.test_run.resume.mutate(input), "The run goes on."),
    retry: (verdicts: ResultVerdict[]) =>
      act(async () => {
        const next = await api.test_run.retry_failed.mutate({ id, verdicts });
        queryClient.setQueryData(trpc.test_run.get.queryKey({ id: next.id }), next);
        void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
        await navigate({ to: "/test-runs/$id", params: { id: next.id } });
      }),
    remove: () =>
      act(async () => {
        const { deletion_id } = await api.test_run.delete.mutate({ id });
        await navigate({ to: "/test-runs" });
        await queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
        offerUndo(`“${run.name}” is deleted.`, deletion_id);
      }),
  };
}

export type RunActs = ReturnType<typeof useRunActs>;
