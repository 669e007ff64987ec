/** Choosing what a test is about: requirement, topic and category, each made here where it is missing. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { RemoteSelect, useSettledSearch, type ChoiceProps } from "../../ui/remote-select.tsx";

const shown = { limit: 50, sort: "name" } as const;
const keep = { placeholderData: keepPreviousData };

/** A filter chooses among what is there; a form may make what is missing. */
type Props = ChoiceProps & { creatable?: boolean };

export function RequirementSelect({ creatable = false, ...props }: Props) {
  const can = useCan();
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(trpc.requirement.list.queryOptions({ ...shown, q }, keep));
  const chosen = useQuery(
    trpc.requirement.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }),
  );
  const create = async (name: string) => {
    const made = await api.requirement.create.mutate({ name });
    void queryClient.invalidateQueries(trpc.requirement.pathFilter());
    return made;
  };
  return (
    <RemoteSelect
      label="Requirement"
      placeholder={props.compact === true ? "Any requirement" : "What the answer has to get right"}
      {...props}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
      create={creatable && can("requirement:create") ? create : undefined}
    />
  );
}

export function TopicSelect({ creatable = false, ...props }: Props) {
  const can = useCan();
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(trpc.topic.list.queryOptions({ ...shown, q }, keep));
  const chosen = useQuery(trpc.topic.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  const create = async (name: string) => {
    const made = await api.topic.create.mutate({ name });
    void queryClient.invalidateQueries(trpc.topic.pathFilter());
    return made;
  };
  return (
    <RemoteSelect
      label="Topic"
      placeholder={props.compact === true ? "Any topic" : "What the question is about"}
      {...props}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
      create={creatable && can("topic:create") ? create : undefined}
    />
  );
}

export function CategorySelect({ creatable = false, ...props }: Props) {
  const can = useCan();
  const [q, onSearch] = useSettledSearch();
  const list = useQuery(trpc.category.list.queryOptions({ ...shown, q }, keep));
  const chosen = useQuery(trpc.category.get.queryOptions({ id: props.value ?? "" }, { enabled: props.value !== null }));
  const create = async (name: string) => {
    const made = await api.category.create.mutate({ name });
    void queryClient.invalidateQueries(trpc.category.pathFilter());
    return made;
  };
  return (
    <RemoteSelect
      label="Category"
      placeholder={props.compact === true ? "Any category" : "What kind of test it is"}
      {...props}
      options={list.data?.items ?? []}
      chosen={chosen.data}
      list={list}
      onSearch={onSearch}
      create={creatable && can("category:create") ? create : undefined}
    />
  );
}
