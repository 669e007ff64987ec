import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Preflight, TestSet } from "@rhesis/router/test-set/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { capsOf, noBudget, type BudgetValues } from "../test-runs/budget-fields.tsx";

export type RunSettings = { metric_ids: string[]; repeats: number; concurrency: number | null } & BudgetValues;

const firstSettings: RunSettings = { metric_ids: [], repeats: 1, concurrency: null, ...noBudget };

type ExecuteInput = Parameters<typeof api.test_set.execute.mutate>[0];

function chosenOf({ metric_ids, repeats, concurrency, ...budget }: RunSettings) {
  return {
    repeats,
    ...(metric_ids.length === 0 ? {} : { metric_ids }),
    ...(concurrency === null ? {} : { concurrency }),
    ...capsOf(budget),
  };
}

/** One thing at a time that needs an endpoint; says what went wrong with it. */
function useAttempts(endpoint_id: string | null) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<"trying" | "starting" | null>(null);
  const attempt = async (as: "trying" | "starting", work: (endpoint_id: string) => Promise<void>) => {
    if (endpoint_id === null) {
      const message = "Choose the endpoint to ask";
      return setFailure({ code: "invalid", message, problems: [{ path: ["endpoint_id"], message }], request_id: "" });
    }
    setBusy(as);
    setFailure(null);
    try {
      await work(endpoint_id);
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setBusy(null);
    }
  };
  return { failure, busy, attempt, forget: () => setFailure(null) };
}

type ChosenParameters = { request: ExecuteInput["parameters"] };

/** The settings of a run that is about to be started, trying it, and starting it. */
export function useRunStart(testSet: TestSet, endpoint_id: string | null, parameters: ChosenParameters) {
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const [settings, setSettings] = useState<RunSettings>(firstSettings);
  const [preflight, setPreflight] = useState<Preflight | null>(null);
  const { failure, busy, attempt, ...attempts } = useAttempts(endpoint_id);
  const inputOf = (id: string): ExecuteInput => ({
    id: testSet.id,
    endpoint_id: id,
    ...chosenOf(settings),
    ...(parameters.request === undefined ? {} : { parameters: parameters.request }),
  });
  const forget = () => {
    attempts.forget();
    setPreflight(null);
  };
  const check = async (id: string) => {
    setPreflight(null);
    setPreflight(await api.test_set.preflight.mutate(inputOf(id)));
  };
  const start = async (id: string) => {
    const run = await api.test_set.execute.mutate(inputOf(id));
    queryClient.setQueryData(trpc.test_run.get.queryKey({ id: run.id }), run);
    void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
    await navigate({ to: "/test-runs/$id", params: { id: run.id } });
  };
  const change = (changes: Partial<RunSettings>) => {
    forget();
    setSettings((before) => ({ ...before, ...changes }));
  };
  return {
    settings,
    change,
    failure,
    preflight,
    busy,
    /** What was found out holds no longer. */
    forget,
    check: () => attempt("trying", check),
    start: () => attempt("starting", start),
  };
}

export type RunStart = ReturnType<typeof useRunStart>;
