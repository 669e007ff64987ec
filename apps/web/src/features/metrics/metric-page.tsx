import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page } from "../../ui/page.tsx";
import type { MetricDraft } from "./metric-draft.ts";
import { MetricForm } from "./metric-form.tsx";

const parents = [{ label: "Metrics", to: "/metrics" }];

function MetricPage() {
  const { id } = Route.useParams();
  const navigate = useNavigate({ from: "/metrics/$id" });
  const can = useCan();
  const cache = useQueryClient();
  const query = useQuery(trpc.metric.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  const metric = query.data;
  const forget = () => cache.invalidateQueries({ queryKey: trpc.metric.pathKey() });
  const save = async (draft: MetricDraft) => {
    const saved = await api.metric.update.mutate({ id, expected_version: metric.version, ...draft });
    cache.setQueryData(trpc.metric.get.queryKey({ id }), saved);
    await forget();
    notifyDone("Saved. Runs that have started keep the metric as it was.");
  };
  const remove = async () => {
    try {
      const { deletion_id } = await api.metric.delete.mutate({ id });
      await navigate({ to: "/metrics" });
      await forget();
      offerUndo(`“${metric.name}” is deleted.`, deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
  const { name, description, model_id, parameters } = metric;
  return (
    <Page>
      <PageHeader
        title={name}
        parents={parents}
        actions={
          <>
            <CopyLink />
            {can("metric:delete") && (
              <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
                Delete
              </Button>
            )}
          </>
        }
      />
      <MetricForm
        key={`${id} ${metric.version}`}
        initial={{ name, description, model_id, parameters }}
        submit="Save changes"
        onSave={save}
        editable={can("metric:update")}
      />
    </Page>
  );
}

export const Route = createLazyRoute("/metrics/$id")({ component: MetricPage });
