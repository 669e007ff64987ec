import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { trpc } from "../api/trpc.ts";
import { testTitle } from "../features/tests/test-title.ts";

export type Found = { to: string; label: string; kind: string };

export type Search = { found: Found[]; state: "idle" | "searching" | "failed" };

type NamedPage = { items: readonly { id: string; name: string; input?: string }[] };

function asFound({ data }: { data: NamedPage | undefined }, path: string, kind: string): Found[] {
  return (data?.items ?? []).map(({ id, name, input }) => ({
    to: `${path}/${id}`,
    label: input === undefined ? name : testTitle({ name, input }),
    kind,
  }));
}

/** Things whose name, or for a test whose input, holds `text`: a few of each kind. None for less than two letters. */
export function useFound(text: string): Search {
  const input = text.length < 2 ? skipToken : { q: text, limit: 4 };
  const options = { placeholderData: keepPreviousData };
  const endpoints = useQuery(trpc.endpoint.list.queryOptions(input, options));
  const requirements = useQuery(trpc.requirement.list.queryOptions(input, options));
  const metrics = useQuery(trpc.metric.list.queryOptions(input, options));
  const tests = useQuery(trpc.test.list.queryOptions(input, options));
  const testSets = useQuery(trpc.test_set.list.queryOptions(input, options));
  const experiments = useQuery(trpc.experiment.list.queryOptions(input, options));
  const runs = useQuery(trpc.test_run.list.queryOptions(input, options));
  const models = useQuery(trpc.model.list.queryOptions(input, options));
  if (input === skipToken) return { found: [], state: "idle" };
  const queries = [endpoints, requirements, metrics, tests, testSets, experiments, runs, models];
  const found = [
    ...asFound(endpoints, "/endpoints", "Endpoint"),
    ...asFound(requirements, "/requirements", "Requirement"),
    ...asFound(metrics, "/metrics", "Metric"),
    ...asFound(tests, "/tests", "Test"),
    ...asFound(testSets, "/test-sets", "Test set"),
    ...asFound(experiments, "/experiments", "Experiment"),
    ...asFound(runs, "/test-runs", "Run"),
    ...asFound(models, "/models", "Model"),
  ];
  if (queries.some((query) => query.isError || query.isPaused)) return { found, state: "failed" };
  return { found, state: queries.some((query) => query.isFetching) ? "searching" : "idle" };
}
