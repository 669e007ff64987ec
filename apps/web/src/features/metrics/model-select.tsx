import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

/** The model that judges; none means the organization's default. */
export function ModelSelect(props: ChoiceProps) {
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(
    trpc.model.list.queryOptions(
      { limit: 50, sort: "name", ...(q === undefined ? {} : { q }) },
      { placeholderData: keepPreviousData },
    ),
  );
  const chosen = useQuery(trpc.model.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  const options = (list.data?.items ?? []).map(({ id, name, model_name, is_default }) => ({
    id,
    name: `${name} (${model_name})${is_default ? ", default" : ""}`,
  }));
  return (
    <RemoteSelect
      label="Judging model"
      placeholder="The default model of the organization"
      {...props}
      options={options}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
    />
  );
}
