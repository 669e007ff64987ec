import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { trpc } from "../api/trpc.ts";

export type Found = { to: string; label: string; kind: string };

type NamedPage = { items: readonly { id: string; name: string }[] };

function asFound(page: NamedPage | undefined, path: string, kind: string): Found[] {
  return (page?.items ?? []).map((item) => ({ to: `${path}/${item.id}`, label: item.name, kind }));
}

/** Things whose name holds `text`, a few of each kind. Empty for less than two letters. */
export function useFound(text: string): Found[] {
  const input = text.length < 2 ? skipToken : { q: text, limit: 4 };
  const options = { placeholderData: keepPreviousData };
  const endpoints = useQuery(trpc.endpoint.list.queryOptions(input, options)).data;
  const requirements = useQuery(trpc.requirement.list.queryOptions(input, options)).data;
  const metrics = useQuery(trpc.metric.list.queryOptions(input, options)).data;
  const testSets = useQuery(trpc.test_set.list.queryOptions(input, options)).data;
  const models = useQuery(trpc.model.list.queryOptions(input, options)).data;
  if (input === skipToken) return [];
  return [
    ...asFound(endpoints, "/endpoints", "Endpoint"),
    ...asFound(requirements, "/requirements", "Requirement"),
    ...asFound(metrics, "/metrics", "Metric"),
    ...asFound(testSets, "/test-sets", "Test set"),
    ...asFound(models, "/models", "Model"),
  ];
}
