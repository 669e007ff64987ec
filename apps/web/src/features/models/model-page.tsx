import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { updateModel, type Model } from "@rhesis/router/model/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyCurl, CopyLink } from "../../ui/copy.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { ModelFields } from "./model-form.tsx";
import { updateInputOf, valuesOfModel } from "./model-values.ts";
import { TryModel } from "./try-model.tsx";

export const Route = createLazyRoute("/models/$id")({ component: ModelPage });

function ModelPage() {
  const { id } = Route.useParams();
  const query = useQuery(trpc.model.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  return <EditModel key={query.data.id} model={query.data} />;
}

function EditModel({ model }: { model: Model }) {
  const navigate = useNavigate();
  const can = useCan();
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: updateModel,
    initialValues: valuesOfModel(model),
    toInput: (values) => updateInputOf(values, model),
    save: async (input) => {
      const saved = await api.model.update.mutate(input);
      const values = valuesOfModel(saved);
      form.setInitialValues(values);
      form.setValues(values);
      notifyDone("Saved.");
      queryClient.setQueryData(trpc.model.get.queryKey({ id: model.id }), saved);
      await queryClient.invalidateQueries(trpc.model.list.pathFilter());
    },
  });
  useUnsavedGuard(hasUnsaved);
  const remove = async (): Promise<void> => {
    try {
      const { deletion_id } = await api.model.delete.mutate({ id: model.id });
      await navigate({ to: "/models", ignoreBlocker: true });
      await queryClient.invalidateQueries(trpc.model.pathFilter());
      offerUndo(`${model.name} was deleted.`, deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <Page narrow>
      <PageHeader
        title={model.name}
        parents={[{ label: "Models", to: "/models" }]}
        actions={
          <>
            <CopyLink />
            <CopyCurl call={{ method: "GET", path: `/models/${model.id}` }} />
            {can("model:delete") && (
              <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
                Delete
              </Button>
            )}
          </>
        }
      />
      <form onSubmit={onSubmit} noValidate>
        <fieldset disabled={!can("model:update")} className="plain-fieldset">
          <ModelFields form={form} hasKey={model.has_api_key} />
        </fieldset>
        {can("model:invoke") && (
          <div style={{ marginTop: 16 }}>
            <TryModel values={form.getValues()} id={model.id} />
          </div>
        )}
        <FormFailure failure={failure} />
        {can("model:update") && <FormActions submit="Save" isSaving={isSaving} disabled={!form.isDirty()} />}
      </form>
    </Page>
  );
}
