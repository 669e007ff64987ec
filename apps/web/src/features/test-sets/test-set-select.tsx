import type { TestKind } from "@rhesis/engine/conversation/schema";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

type Props = ChoiceProps & {
  /** Only sets of this project; and where a missing one is made. */
  project_id: string | undefined;
  creatable?: boolean;
  /** Only sets that hold tests of this kind; and of which kind a missing one is made. */
  kind?: TestKind | undefined;
};

export function TestSetSelect({ project_id, creatable = false, kind, ...props }: Props) {
  const can = useCan();
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(
    trpc.test_set.list.queryOptions({ limit: 50, sort: "name", q, project_id }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(trpc.test_set.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  const create = async (name: string) => {
    const made = await api.test_set.create.mutate({ name, project_id: project_id ?? "", kind });
    void queryClient.invalidateQueries(trpc.test_set.pathFilter());
    return made;
  };
  return (
    <RemoteSelect
      label="Test set"
      placeholder={props.compact === true ? "Any test set" : "Choose or name a test set"}
      {...props}
      options={(list.data?.items ?? []).filter((set) => kind === undefined || set.kind === kind)}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
      create={creatable && project_id !== undefined && can("test_set:create") ? create : undefined}
    />
  );
}
