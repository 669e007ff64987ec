import { queryClient, trpc } from "../../api/trpc.ts";

/** After a change to experiments, versions or what environments are bound to. */
export function refreshExperiments(): Promise<unknown> {
  const parts = [trpc.experiment, trpc.parameter_environment, trpc.parameters.resolve];
  return Promise.all(parts.map((part) => queryClient.invalidateQueries(part.pathFilter())));
}
