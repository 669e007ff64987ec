import { Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import { updateOrganization, type Organization } from "@rhesis/router/organization/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { Page, Section } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { DeleteOrganization } from "./delete-organization.tsx";

export const Route = createLazyRoute("/settings/")({ component: OrganizationPage });

function OrganizationPage() {
  const { data, error, refetch } = useQuery(trpc.organization.get.queryOptions({}));
  const mayDelete = useCan()("organization:delete");
  return (
    <Page narrow>
      <PageHeader
        title="Organization"
        description="Everything you test belongs to it. Nobody outside sees anything of it."
      />
      {data !== undefined && <EditOrganization key={data.id} organization={data} />}
      {data !== undefined && mayDelete && <DeleteOrganization organization={data} />}
      {data === undefined && error !== null && <ErrorState error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Skeleton height={180} radius="lg" />}
    </Page>
  );
}

function EditOrganization({ organization }: { organization: Organization }) {
  const mayEdit = useCan()("organization:update");
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: updateOrganization,
    initialValues: { name: organization.name },
    toInput: (values) => ({ ...values, expected_version: organization.version }),
    save: async (input) => {
      const saved = await api.organization.update.mutate(input);
      queryClient.setQueryData(trpc.organization.get.queryKey({}), saved);
      await queryClient.invalidateQueries(trpc.me.pathFilter());
      notifyDone("Saved.");
    },
  });
  useUnsavedGuard(hasUnsaved);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Section title="Name">
        <TextInput
          aria-label="Name of the organization"
          maw={420}
          readOnly={!mayEdit}
          description={mayEdit ? "" : "Only owners and admins can change it."}
          {...form.getInputProps("name")}
        />
      </Section>
      <FormFailure failure={failure} />
      {mayEdit && <FormActions submit="Save" isSaving={isSaving} disabled={!form.isDirty()} />}
    </form>
  );
}
