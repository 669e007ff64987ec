import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { trpc } from "../../api/trpc.ts";
import { TextLink } from "../../ui/link.tsx";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

/** An endpoint of the project, or of any. The only one is chosen from the start where one is required. */
export function EndpointSelect({ project_id, ...props }: ChoiceProps & { project_id: string | undefined }) {
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(
    trpc.endpoint.list.queryOptions({ limit: 50, sort: "name", project_id, q }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(trpc.endpoint.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  const only = q === undefined && list.data?.items.length === 1 ? list.data.items[0] : undefined;
  const { value, onChange, required = true } = props;
  useEffect(() => {
    if (required && value === null && only !== undefined) onChange(only.id, only.name);
    // oxlint-disable-next-line react/exhaustive-deps -- once, when it is known that there is only one
  }, [only?.id]);
  const isNone = q === undefined && list.data?.items.length === 0;
  return (
    <RemoteSelect
      label="Endpoint"
      placeholder="The application to ask"
      required
      {...props}
      {...(isNone
        ? {
            description: (
              <>
                {project_id === undefined ? "There is" : "This project has"} no endpoint yet.{" "}
                <TextLink to="/endpoints/new">Connect one</TextLink>
              </>
            ),
          }
        : {})}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
    />
  );
}
