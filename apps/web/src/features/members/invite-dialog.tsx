import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import type { Role } from "@rhesis/auth/permissions";
import { inviteMember } from "@rhesis/router/member/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useSession } from "../../session/member.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { grantableRoles, roleLooks } from "./roles.ts";

const initialValues: { email: string; role: Role } = { email: "", role: "member" };

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { me } = useSession();
  const { form, onSubmit, isSaving, failure } = useContractForm({
    schema: inviteMember,
    initialValues,
    save: async (input) => {
      const { email } = await api.member.invite.mutate(input);
      await queryClient.invalidateQueries(trpc.member.pathFilter());
      notifyDone(`${email} can now join by signing in. Let them know: no mail is sent.`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Invite someone">
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <TextInput
            label="E-mail address"
            description="The one they sign in with. No mail is sent: tell them yourself."
            type="email"
            data-autofocus
            {...form.getInputProps("email")}
          />
          <Select
            label="Role"
            description={roleLooks[form.getValues().role].description}
            data={grantableRoles(me.role)}
            allowDeselect={false}
            {...form.getInputProps("role")}
          />
          <FormFailure failure={failure} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isSaving}>
              Invite
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
