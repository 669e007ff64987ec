import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

export function ScheduleSelect({ project_id, ...props }: ChoiceProps & { project_id: string | undefined }) {
  const [q, onSearch] = useSettledSearch();
  const input = { limit: 50, sort: "name" as const, project_id, q };
  const list = useQuery(trpc.schedule.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const chosen = useQuery(trpc.schedule.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  return (
    <RemoteSelect
      label="Schedule"
      placeholder="Any schedule"
      {...props}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
    />
  );
}
