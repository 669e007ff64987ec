import { useQuery } from "@tanstack/react-query";
import type { Experiment } from "@rhesis/router/experiment/schema";
import type { ParameterEnvironment } from "@rhesis/router/parameter-environment/schema";
import { trpc } from "../../api/trpc.ts";

/** The environments that are bound to a version of the experiment. */
export function useBoundHere({ id, project_id }: Experiment): ParameterEnvironment[] {
  const { data } = useQuery(trpc.parameter_environment.list.queryOptions({ project_id }));
  return (data?.items ?? []).filter(({ experiment_id }) => experiment_id === id);
}
