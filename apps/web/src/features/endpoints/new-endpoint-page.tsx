import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "@mantine/core";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { createEndpoint } from "@rhesis/router/endpoint/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan, useFeature } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ConnectInstead } from "./connected-function.tsx";
import { createInputOf, newEndpointValues } from "./endpoint-values.ts";
import { EndpointWorkbench } from "./endpoint-workbench.tsx";
import { StartFrom } from "./start-from.tsx";

export const Route = createLazyRoute("/endpoints/new")({ component: NewEndpointPage });

function NewEndpointPage() {
  const chosen = useProjectId();
  const isOn = useFeature();
  const projects = useQuery(trpc.project.list.queryOptions({ limit: 1, sort: "name" }));
  return (
    <Page>
      <PageHeader
        title="Connect an endpoint"
        description={
          isOn("endpoint_trial")
            ? "Say how your application is called, and try it until the answer is read right."
            : "Say how your application is called. Trying endpoints is switched off here."
        }
        parents={[{ label: "Endpoints", to: "/endpoints" }]}
      />
      {projects.isLoadingError && <ErrorState error={projects.error} onRetry={projects.refetch} />}
      {projects.isPending && <Skeleton height={420} radius="lg" />}
      {projects.data !== undefined && <NewEndpoint project_id={chosen ?? projects.data.items[0]?.id ?? ""} />}
    </Page>
  );
}

function NewEndpoint({ project_id }: { project_id: string }) {
  const navigate = useNavigate();
  const can = useCan();
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createEndpoint,
    initialValues: newEndpointValues(project_id),
    toInput: createInputOf,
    save: async (input) => {
      const { id, name } = await api.endpoint.create.mutate(input);
      await queryClient.invalidateQueries(trpc.endpoint.pathFilter());
      notifyDone(`${name} is connected.`);
      await navigate({ to: "/endpoints/$id", params: { id } });
    },
  });
  useUnsavedGuard(hasUnsaved);
  return (
    <>
      {can("endpoint:create") && <StartFrom form={form} />}
      <ConnectInstead project_id={form.values.project_id} />
      <EndpointWorkbench form={form} onSubmit={onSubmit}>
        <FormFailure failure={failure} />
        <FormActions
          submit="Connect endpoint"
          isSaving={isSaving}
          onCancel={() => void navigate({ to: "/endpoints" })}
        />
      </EndpointWorkbench>
    </>
  );
}
