import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { createLazyRoute } from "@tanstack/react-router";
import { useCan } from "../../session/member.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Invitations } from "./invitations.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { MemberList } from "./member-list.tsx";

export const Route = createLazyRoute("/settings/members")({ component: MembersPage });

function MembersPage() {
  const mayManage = useCan()("member:manage");
  const [isInviting, invite] = useDisclosure(false);
  return (
    <Page narrow>
      <PageHeader
        title="Members"
        description="Who belongs to the organization, and what each of them may do."
        actions={
          mayManage && (
            <Button leftSection={<IconUserPlus size={16} />} onClick={invite.open}>
              Invite someone
            </Button>
          )
        }
      />
      <Section title="People">
        <MemberList mayManage={mayManage} />
      </Section>
      <Section title="Invited" description="They belong to the organization once they sign in with this address.">
        <Invitations mayManage={mayManage} />
      </Section>
      {isInviting && <InviteDialog onClose={invite.close} />}
    </Page>
  );
}
