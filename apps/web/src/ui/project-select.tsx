import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { trpc } from "../api/trpc.ts";
import { useProjectId } from "../shell/project.ts";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "./remote-select.tsx";

const shown = { limit: 50, sort: "name" } as const;

/** The project something belongs to. */
export function ProjectSelect(props: ChoiceProps) {
  const [q, onSearch] = useSettledSearch();
  const { data, isFetching } = useQuery(
    trpc.project.list.queryOptions({ ...shown, q }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(trpc.project.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  return (
    <RemoteSelect
      label="Project"
      placeholder="Choose a project"
      {...props}
      options={data?.items ?? []}
      chosen={chosen.data}
      isLoading={isFetching}
      onSearch={onSearch}
    />
  );
}

type Props = {
  /** "" before one is chosen. */
  value: string;
  onChange: (id: string) => void;
  error?: ReactNode;
};

/** The project something new belongs to: the one of the address, or the only one there is, and then nobody is asked. */
export function ProjectOfNew({ value, onChange, error }: Props) {
  const fromAddress = useProjectId();
  const { data } = useQuery(trpc.project.list.queryOptions(shown));
  const only = data?.items.length === 1 ? data.items[0]?.id : undefined;
  const given = fromAddress ?? only;
  useEffect(() => {
    if (value === "" && given !== undefined) onChange(given);
  }, [value, given, onChange]);
  if (given !== undefined && value === given && error === undefined) return null;
  return (
    <ProjectSelect required value={value === "" ? null : value} onChange={(id) => onChange(id ?? "")} error={error} />
  );
}
