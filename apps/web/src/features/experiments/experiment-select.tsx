import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { failureOf } from "../../api/problems.ts";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

type Props = ChoiceProps & {
  project_id: string | undefined;
  /** Only those that everybody sees. */
  shared?: boolean;
};

export function ExperimentSelect({ project_id, shared = false, error, ...props }: Props) {
  const [q, onSearch] = useSettledSearch();
  const visibility = shared ? ("shared" as const) : undefined;
  const input = { limit: 50, sort: "name" as const, project_id, visibility, q };
  const list = useQuery(trpc.experiment.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const chosen = useQuery(
    trpc.experiment.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }),
  );
  const isGone = chosen.error !== null && failureOf(chosen.error).code === "not_found";
  return (
    <RemoteSelect
      label="Experiment"
      placeholder={props.compact === true ? "Any experiment" : "Choose an experiment"}
      {...props}
      error={error ?? (isGone && "This experiment was deleted, or is somebody's own.")}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
    />
  );
}
