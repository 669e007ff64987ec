import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { createModel } from "@rhesis/router/model/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ModelFields } from "./model-form.tsx";
import { createInputOf, newModelValues } from "./model-values.ts";
import { TryModel } from "./try-model.tsx";

export const Route = createLazyRoute("/models/new")({ component: NewModelPage });

function NewModelPage() {
  const { provider } = Route.useSearch();
  const navigate = useNavigate();
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createModel,
    initialValues: newModelValues(provider ?? "openai"),
    toInput: createInputOf,
    save: async (input) => {
      const { name } = await api.model.create.mutate(input);
      await queryClient.invalidateQueries(trpc.model.pathFilter());
      notifyDone(`${name} is connected.`);
      await navigate({ to: "/models" });
    },
  });
  useUnsavedGuard(hasUnsaved);
  return (
    <Page narrow>
      <PageHeader title="Connect a model" parents={[{ label: "Models", to: "/models" }]} />
      <form onSubmit={onSubmit} noValidate>
        <ModelFields form={form} hasKey={false} />
        <div style={{ marginTop: 16 }}>
          <TryModel values={form.getValues()} />
        </div>
        <FormFailure failure={failure} />
        <FormActions submit="Connect model" isSaving={isSaving} onCancel={() => void navigate({ to: "/models" })} />
      </form>
    </Page>
  );
}
