import { useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { isJudge } from "@rhesis/engine/metric/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useFeature } from "../../session/member.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { SwitchedOff } from "../../ui/switched-off.tsx";
import { KindChooser } from "./kind-chooser.tsx";
import { draftOf, type MetricDraft } from "./metric-draft.ts";
import { MetricForm } from "./metric-form.tsx";

function NewMetricPage() {
  const { kind, requirement, test_set } = Route.useSearch();
  const navigate = useNavigate({ from: "/metrics/new" });
  const cache = useQueryClient();
  const isOn = useFeature();
  const isOff = kind !== undefined && isJudge(kind) && !isOn("llm_judge");
  const leave = () => {
    if (requirement !== undefined) return navigate({ to: "/requirements/$id", params: { id: requirement } });
    if (test_set !== undefined) {
      return navigate({ to: "/test-sets/$id", params: { id: test_set }, search: { tab: "metrics" } });
    }
    return navigate({ to: "/metrics" });
  };
  const create = async (draft: MetricDraft) => {
    const metric = await api.metric.create.mutate(draft);
    if (requirement !== undefined)
      await api.requirement.add_metrics.mutate({ id: requirement, metric_ids: [metric.id] });
    if (test_set !== undefined) await api.test_set.add_metrics.mutate({ id: test_set, metric_ids: [metric.id] });
    await Promise.all([
      cache.invalidateQueries({ queryKey: trpc.metric.pathKey() }),
      cache.invalidateQueries({ queryKey: trpc.requirement.pathKey() }),
      cache.invalidateQueries({ queryKey: trpc.test_set.pathKey() }),
    ]);
    notifyDone(`“${metric.name}” is there.`);
    if (requirement !== undefined || test_set !== undefined) return leave();
    return navigate({ to: "/metrics/$id", params: { id: metric.id } });
  };
  return (
    <Page>
      <PageHeader
        title="New metric"
        parents={[{ label: "Metrics", to: "/metrics" }]}
        description={kind === undefined ? "Choose what the metric looks at." : undefined}
      />
      {kind === undefined && <KindChooser />}
      {isOff && (
        <SwitchedOff
          feature="llm_judge"
          action={
            <ButtonLink from="/metrics/new" to="." search={(before) => ({ ...before, kind: undefined })}>
              Choose another kind
            </ButtonLink>
          }
        />
      )}
      {kind !== undefined && !isOff && (
        <MetricForm
          key={kind}
          initial={draftOf(kind)}
          submit="Create metric"
          onSave={create}
          editable
          onCancel={() => void leave()}
          onChangeKind={() => void navigate({ search: (before) => ({ ...before, kind: undefined }) })}
        />
      )}
    </Page>
  );
}

export const Route = createLazyRoute("/metrics/new")({ component: NewMetricPage });
