import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { trpc } from "../../api/trpc.ts";
import type { ModelNames } from "./parameter-words.ts";

/** What models are called that parameters name. */
export function useModelNames(): ModelNames {
  const { data } = useQuery(trpc.model.list.queryOptions({ limit: 100, sort: "name" }));
  return useMemo(
    () => (data === undefined ? undefined : new Map(data.items.map(({ id, name }) => [id, name]))),
    [data],
  );
}
