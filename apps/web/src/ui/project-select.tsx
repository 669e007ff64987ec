import { Alert, Skeleton } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { failureOf } from "../api/problems.ts";
import { trpc } from "../api/trpc.ts";
import { useProjectId } from "../shell/project.ts";
import { RetryButton } from "./error-state.tsx";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "./remote-select.tsx";

const shown = { limit: 50, sort: "name" } as const;

/** The project something belongs to. */
export function ProjectSelect(props: ChoiceProps) {
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(trpc.project.list.queryOptions({ ...shown, q }, { placeholderData: keepPreviousData }));
  const chosen = useQuery(trpc.project.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  return (
    <RemoteSelect
      label="Project"
      placeholder="Choose a project"
      {...props}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
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

function useProjects() {
  return useQuery(trpc.project.list.queryOptions(shown));
}

/** True while it is not known whether a project has to be chosen: a form that is sent then would ask for one in vain. */
export function useIsProjectAwaited(project_id: string): boolean {
  const { isPending } = useProjects();
  return project_id === "" && isPending;
}

/** The project of the address, or the only one there is; undefined where one has to be chosen. */
export function useGivenProject() {
  const fromAddress = useProjectId();
  const query = useProjects();
  const only = query.data?.items.length === 1 ? query.data.items[0]?.id : undefined;
  return { ...query, given: fromAddress ?? only };
}

/** The project something new belongs to: the one of the address, or the only one there is, and then nobody is asked. */
export function ProjectOfNew({ value, onChange, error }: Props) {
  const { given, data, isPending, error: failure, refetch } = useGivenProject();
  useEffect(() => {
    if (value === "" && given !== undefined) onChange(given);
  }, [value, given, onChange]);
  if (given !== undefined && value === given && error === undefined) return null;
  if (isPending) return <Skeleton height={36} mt={24} />;
  if (data === undefined && failure !== null) {
    return (
      <Alert color="red" role="alert" title="The projects could not be loaded">
        <div>{failureOf(failure).message}</div>
        <RetryButton onRetry={refetch} />
      </Alert>
    );
  }
  return (
    <ProjectSelect required value={value === "" ? null : value} onChange={(id) => onChange(id ?? "")} error={error} />
  );
}
