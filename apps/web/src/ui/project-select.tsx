import { Alert, Loader, Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { failureOf } from "../api/problems.ts";
import { trpc } from "../api/trpc.ts";
import { useProjectId } from "../shell/project.ts";
import { RetryButton } from "./error-state.tsx";

type Props = Omit<SelectProps, "data" | "value" | "onChange"> & {
  /** "" before one is chosen. */
  value: string;
  onChange: (id: string) => void;
};

function useProjects() {
  return useQuery(trpc.project.list.queryOptions({ limit: 100, sort: "name" }));
}

/** True while it is not known whether a project has to be chosen: a form that is sent then would ask for one in vain. */
export function useIsProjectAwaited(project_id: string): boolean {
  const { isPending } = useProjects();
  return project_id === "" && isPending;
}

/** The project something new belongs to: the chosen one of the address, or the only one there is. */
export function ProjectSelect({ value, onChange, ...rest }: Props) {
  const fromAddress = useProjectId();
  const { data, isPending, error, refetch } = useProjects();
  const projects = data?.items ?? [];
  const only = projects.length === 1 ? projects[0]?.id : undefined;
  const given = fromAddress ?? only;
  useEffect(() => {
    if (value === "" && given !== undefined) onChange(given);
  }, [value, given, onChange]);
  if (given !== undefined && value === given && rest.error === undefined) return null;
  if (data === undefined && error !== null) {
    return (
      <Alert color="red" role="alert" title="The projects could not be loaded">
        <div>{failureOf(error).message}</div>
        <RetryButton onRetry={refetch} />
      </Alert>
    );
  }
  return (
    <Select
      label="Project"
      placeholder={isPending ? "Loading…" : "Choose a project"}
      rightSection={isPending ? <Loader size={14} aria-label="Loading the projects" /> : undefined}
      withAsterisk
      searchable
      allowDeselect={false}
      {...rest}
      data={projects.map((project) => ({ value: project.id, label: project.name }))}
      value={value === "" ? null : value}
      onChange={(id) => id !== null && onChange(id)}
    />
  );
}
