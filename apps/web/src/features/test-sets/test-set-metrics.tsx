import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { Section } from "../../ui/page.tsx";
import { AttachedMetrics } from "../metrics/attached-metrics.tsx";

/** Metrics of the set itself. With any, they take the place of those of the requirements. */
export function TestSetMetrics({ id }: { id: string }) {
  const can = useCan();
  const pages = useListPages(
    trpc.test_set.metrics.infiniteQueryOptions({ id, limit: pageSize, sort: "name" }, listPaging),
  );
  const changed = () => queryClient.invalidateQueries(trpc.test_set.pathFilter());
  return (
    <Section
      title="Metrics of this set"
      description="Optional. With any metric here, every test of the set is scored with these, and those of the requirements are not used."
    >
      <AttachedMetrics
        pages={pages}
        editable={can("test_set:update")}
        createSearch={{ test_set: id }}
        pickTitle="Attach metrics to this test set"
        isOptional
        emptyText="Each test is scored with the metrics of its requirement."
        onAttach={async (metric_ids) => {
          await api.test_set.add_metrics.mutate({ id, metric_ids });
          await changed();
        }}
        onDetach={async (metric_id) => {
          await api.test_set.remove_metrics.mutate({ id, metric_ids: [metric_id] });
          await changed();
        }}
      />
    </Section>
  );
}
