import { Button, TextInput } from "@mantine/core";
import { createOrganization } from "@rhesis/router/organization/schema";
import { api } from "../../api/trpc.ts";
import { useContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";

/** Creates an organization, with its first project, and tells its id. */
export function OrganizationNameForm({ onCreated }: { onCreated: (id: string) => void }) {
  const { form, onSubmit, isSaving, failure } = useContractForm({
    schema: createOrganization,
    initialValues: { name: "" },
    save: async (input) => onCreated((await api.organization.create.mutate(input)).id),
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <TextInput
        label="Name of the organization"
        description="Your company or team. It can be changed later."
        placeholder="Northwind Insurance"
        data-autofocus
        {...form.getInputProps("name")}
      />
      <FormFailure failure={failure} />
      <Button type="submit" mt="md" loading={isSaving}>
        Create organization
      </Button>
    </form>
  );
}
