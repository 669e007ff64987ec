import { useQueryClient } from "@tanstack/react-query";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { AttachedMetrics } from "../metrics/attached-metrics.tsx";

/** The metrics that score the tests of a requirement. */
export function RequirementMetrics({ id }: { id: string }) {
  const cache = useQueryClient();
  const can = useCan();
  const input = { id, limit: pageSize, sort: "name" as const };
  const pages = useListPages(trpc.requirement.metrics.infiniteQueryOptions(input, listPaging));
  const changed = () => cache.invalidateQueries({ queryKey: trpc.requirement.pathKey() });
  return (
    <AttachedMetrics
      pages={pages}
      editable={can("requirement:update")}
      createSearch={{ requirement: id }}
      pickTitle="Attach metrics to this requirement"
      emptyText="Without metrics, tests of this requirement cannot be scored, unless their test set has metrics of its own."
      onAttach={async (metric_ids) => {
        await api.requirement.add_metrics.mutate({ id, metric_ids });
        await changed();
      }}
      onDetach={async (metric_id) => {
        await api.requirement.remove_metrics.mutate({ id, metric_ids: [metric_id] });
        await changed();
      }}
    />
  );
}
