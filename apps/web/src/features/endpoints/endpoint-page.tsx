import { Badge, Button } from "@mantine/core";
import { IconMessages, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { updateEndpoint, type Endpoint } from "@rhesis/router/endpoint/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan, useFeature, useIsOffered } from "../../session/member.tsx";
import { CopyCurl, CopyLink } from "../../ui/copy.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { updateInputOf, valuesOfEndpoint } from "./endpoint-values.ts";
import { EndpointWorkbench } from "./endpoint-workbench.tsx";
import { environmentLabels } from "./environments.ts";

export const Route = createLazyRoute("/endpoints/$id")({ component: EndpointPage });

function EndpointPage() {
  const { id } = Route.useParams();
  const query = useQuery(trpc.endpoint.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  return <EditEndpoint key={query.data.id} endpoint={query.data} />;
}

/** Deletes it and goes back to the list. */
function useDeleteEndpoint({ id, name }: Endpoint): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    try {
      const { deletion_id } = await api.endpoint.delete.mutate({ id });
      await navigate({ to: "/endpoints", ignoreBlocker: true });
      await queryClient.invalidateQueries(trpc.endpoint.pathFilter());
      offerUndo(`${name} was deleted.`, deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
}

function EditEndpoint({ endpoint }: { endpoint: Endpoint }) {
  const can = useCan();
  const isOn = useFeature();
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: updateEndpoint,
    initialValues: valuesOfEndpoint(endpoint),
    toInput: (values) => updateInputOf(values, endpoint),
    save: async (input) => {
      const saved = await api.endpoint.update.mutate(input);
      queryClient.setQueryData(trpc.endpoint.get.queryKey({ id: endpoint.id }), saved);
      const values = valuesOfEndpoint(saved);
      form.setInitialValues(values);
      form.setValues(values);
      await queryClient.invalidateQueries(trpc.endpoint.list.pathFilter());
      notifyDone("Saved.");
    },
  });
  useUnsavedGuard(hasUnsaved);
  return (
    <Page>
      <PageHeader
        title={endpoint.name}
        parents={[{ label: "Endpoints", to: "/endpoints" }]}
        description={isOn("endpoint_trial") ? undefined : "Trying endpoints is switched off here."}
        status={
          <Badge variant="default" tt="none" fw={500}>
            {environmentLabels[endpoint.environment]}
          </Badge>
        }
        actions={<Actions endpoint={endpoint} />}
      />
      <EndpointWorkbench form={form} endpoint={endpoint} onSubmit={onSubmit}>
        <FormFailure failure={failure} />
        {can("endpoint:update") && <FormActions submit="Save" isSaving={isSaving} disabled={!form.isDirty()} />}
      </EndpointWorkbench>
    </Page>
  );
}

function Actions({ endpoint }: { endpoint: Endpoint }) {
  const isOffered = useIsOffered();
  const remove = useDeleteEndpoint(endpoint);
  return (
    <>
      <CopyLink />
      {isOffered({ feature: "endpoint_trial" }) && (
        <CopyCurl call={{ method: "POST", path: `/endpoints/${endpoint.id}/invoke`, body: { input: "Hello" } }} />
      )}
      {isOffered({ needs: "endpoint:invoke", feature: "endpoint_trial" }) && (
        <ButtonLink
          variant="default"
          leftSection={<IconMessages size={16} />}
          to="/playground"
          search={{ endpoint: endpoint.id }}
        >
          Chat
        </ButtonLink>
      )}
      {isOffered({ needs: "endpoint:delete" }) && (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
          Delete
        </Button>
      )}
    </>
  );
}
