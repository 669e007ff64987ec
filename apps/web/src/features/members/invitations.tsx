import { Button, Skeleton, Table, Text, VisuallyHidden } from "@mantine/core";
import type { Invitation } from "@rhesis/router/member/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { roleLooks } from "./roles.ts";

async function revoke(invitation: Invitation): Promise<void> {
  try {
    await api.member.revoke_invitation.mutate({ id: invitation.id });
    notifyDone(`The invitation of ${invitation.email} was taken back.`);
  } catch (error) {
    notifyFailure(error);
  }
  await queryClient.invalidateQueries(trpc.member.invitations.pathFilter());
}

/** Who may join by signing in. */
export function Invitations({ mayManage }: { mayManage: boolean }) {
  const pages = useListPages(trpc.member.invitations.infiniteQueryOptions({ limit: pageSize }, listPaging));
  if (pages.error !== null && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.retry} />;
  if (pages.is_loading) return <Skeleton height={60} />;
  if (pages.rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nobody is waiting.
      </Text>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={520}>
        <Table verticalSpacing="xs" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Address</Table.Th>
              <Table.Th w={110}>Role</Table.Th>
              <Table.Th w={150}>Invited by</Table.Th>
              <Table.Th w={130}>Valid until</Table.Th>
              <Table.Th w={110}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pages.rows.map((invitation) => (
              <Table.Tr key={invitation.id}>
                <Table.Td className="break-words">{invitation.email}</Table.Td>
                <Table.Td>{roleLooks[invitation.role].label}</Table.Td>
                <Table.Td>{invitation.invited_by_name ?? "–"}</Table.Td>
                <Table.Td>
                  <RelativeTime date={invitation.expires_at} />
                </Table.Td>
                <Table.Td ta="right">
                  {mayManage && (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={`Take back the invitation of ${invitation.email}`}
                      onClick={() => void revoke(invitation)}
                    >
                      Take back
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <LoadMore pages={pages} />
    </>
  );
}
