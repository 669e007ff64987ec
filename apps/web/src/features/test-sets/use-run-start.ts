import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Preflight, TestSet } from "@rhesis/router/test-set/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";

export type RunSettings = { metric_ids: string[]; repeats: number; concurrency: number | null };

type ExecuteInput = Parameters<typeof api.test_set.execute.mutate>[0];

function chosenOf({ metric_ids, repeats, concurrency }: RunSettings) {
  return {
    repeats,
    ...(metric_ids.length === 0 ? {} : { metric_ids }),
    ...(concurrency === null ? {} : { concurrency }),
  };
}

/** The settings of a run that is about to be started, trying it, and starting it. */
export function useRunStart(testSet: TestSet, endpoint_id: string | null) {
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const [settings, setSettings] = useState<RunSettings>({ metric_ids: [], repeats: 1, concurrency: null });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [preflight, setPreflight] = useState<Preflight | null>(null);
  const [busy, setBusy] = useState<"trying" | "starting" | null>(null);
  const forget = () => {
    setFailure(null);
    setPreflight(null);
  };
  const withInput = async (as: "trying" | "starting", work: (input: ExecuteInput) => Promise<void>) => {
    if (endpoint_id === null) {
      const message = "Choose the endpoint to ask";
      return setFailure({ code: "invalid", message, problems: [{ path: ["endpoint_id"], message }], request_id: "" });
    }
    setBusy(as);
    forget();
    try {
      await work({ id: testSet.id, endpoint_id, ...chosenOf(settings) });
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setBusy(null);
    }
  };
  return {
    settings,
    failure,
    preflight,
    busy,
    /** What was found out holds no longer. */
    forget,
    change: (changes: Partial<RunSettings>) => {
      forget();
      setSettings((before) => ({ ...before, ...changes }));
    },
    check: () => withInput("trying", async (input) => setPreflight(await api.test_set.preflight.mutate(input))),
    start: () =>
      withInput("starting", async (input) => {
        const run = await api.test_set.execute.mutate(input);
        queryClient.setQueryData(trpc.test_run.get.queryKey({ id: run.id }), run);
        void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
        await navigate({ to: "/test-runs/$id", params: { id: run.id } });
      }),
  };
}

export type RunStart = ReturnType<typeof useRunStart>;
