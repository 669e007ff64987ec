import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";

/** The project something belongs to. */
export function ProjectField(props: Omit<SelectProps, "data">) {
  const { data } = useQuery(trpc.project.list.queryOptions({ limit: 100, sort: "name" }));
  return (
    <Select
      label="Project"
      data={(data?.items ?? []).map((project) => ({ value: project.id, label: project.name }))}
      allowDeselect={false}
      searchable={(data?.items.length ?? 0) > 8}
      {...props}
    />
  );
}
