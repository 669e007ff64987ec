import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { trpc } from "../api/trpc.ts";
import { useProjectId } from "../shell/project.ts";

type Props = Omit<SelectProps, "data" | "value" | "onChange"> & {
  /** "" before one is chosen. */
  value: string;
  onChange: (id: string) => void;
};

/** The project something new belongs to: the chosen one of the address, or the only one there is. */
export function ProjectSelect({ value, onChange, ...rest }: Props) {
  const fromAddress = useProjectId();
  const { data, isPending } = useQuery(trpc.project.list.queryOptions({ limit: 100, sort: "name" }));
  const projects = data?.items ?? [];
  const only = projects.length === 1 ? projects[0]?.id : undefined;
  const given = fromAddress ?? only;
  useEffect(() => {
    if (value === "" && given !== undefined) onChange(given);
  }, [value, given, onChange]);
  if (given !== undefined && value === given && rest.error === undefined) return null;
  return (
    <Select
      label="Project"
      placeholder={isPending ? "Loading…" : "Choose a project"}
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
