import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { deleteOrganization, type Organization } from "@rhesis/router/organization/schema";
import { api } from "../../api/trpc.ts";
import { useContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { Section } from "../../ui/page.tsx";

/** The end of an organization, for its owners. */
export function DeleteOrganization({ organization }: { organization: Organization }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section
      title="Delete this organization"
      description="Nobody in it can open it any more. Its API tokens stop working and its runs stop. You cannot undo this."
    >
      <Group>
        <Button variant="default" onClick={() => setAsking(true)}>
          Delete organization
        </Button>
      </Group>
      {isAsking && <DeleteDialog organization={organization} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function DeleteDialog({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const { name } = organization;
  const { form, onSubmit, isSaving, failure } = useContractForm({
    schema: deleteOrganization,
    initialValues: { name: "" },
    save: async (input) => {
      await api.organization.delete.mutate(input);
      // Nothing of it may stay on the screen: the app starts again, in another organization or with creating one.
      window.location.assign("/");
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Delete ${name}?`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Text size="sm">
            Everybody loses what is in it: endpoints, tests, runs and results. Type <b>{name}</b> to confirm.
          </Text>
          <TextInput label="Name of the organization" data-autofocus {...form.getInputProps("name")} />
          <FormFailure failure={failure} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={isSaving} disabled={form.getValues().name !== name}>
              Delete organization
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
