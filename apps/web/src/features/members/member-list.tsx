import { Badge, Button, Group, Select, Skeleton, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import type { Role } from "@rhesis/auth/permissions";
import type { Member } from "@rhesis/router/member/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useSession } from "../../session/member.tsx";
import { confirmDestroy } from "../../ui/confirm-destroy.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { grantableRoles, roleLooks } from "./roles.ts";

function nameOf(member: Member): string {
  return member.name === "" ? (member.email ?? "Somebody") : member.name;
}

async function changeRole(member: Member, role: Role): Promise<void> {
  try {
    await api.member.update.mutate({ user_id: member.user_id, role, expected_version: member.version });
    notifyDone(`${nameOf(member)} is now ${roleLooks[role].label.toLowerCase()}.`);
  } catch (error) {
    notifyFailure(error);
  }
  await queryClient.invalidateQueries(trpc.member.pathFilter());
}

async function remove(member: Member): Promise<void> {
  try {
    await api.member.remove.mutate({ user_id: member.user_id });
    notifyDone(`${nameOf(member)} no longer belongs to the organization.`);
  } catch (error) {
    notifyFailure(error);
  }
  await queryClient.invalidateQueries(trpc.member.pathFilter());
}

/** Everybody in the organization. */
export function MemberList({ mayManage }: { mayManage: boolean }) {
  const pages = useListPages(trpc.member.list.infiniteQueryOptions({ limit: pageSize }, listPaging));
  if (pages.error !== null && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.retry} />;
  if (pages.is_loading) return <Skeleton height={120} />;
  return (
    <>
      <Table.ScrollContainer minWidth={300}>
        <Table verticalSpacing="xs" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Person</Table.Th>
              <Table.Th w={130}>Role</Table.Th>
              <Table.Th w={130} visibleFrom="sm">
                Last seen
              </Table.Th>
              <Table.Th w={100}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pages.rows.map((member) => (
              <MemberRow key={member.user_id} member={member} mayManage={mayManage} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <LoadMore pages={pages} />
    </>
  );
}

function MemberRow({ member, mayManage }: { member: Member; mayManage: boolean }) {
  const { me } = useSession();
  const isSelf = member.user_id === me.user.id;
  const grantable = grantableRoles(me.role);
  const mayChange = mayManage && grantable.some(({ value }) => value === member.role);
  return (
    <Table.Tr>
      <Table.Td>
        <Person member={member} isSelf={isSelf} />
      </Table.Td>
      <Table.Td>
        {mayChange ? (
          <Select
            size="xs"
            aria-label={`Role of ${nameOf(member)}`}
            data={grantable}
            value={member.role}
            allowDeselect={false}
            onChange={(role) => role !== null && role !== member.role && void changeRole(member, role)}
          />
        ) : (
          roleLooks[member.role].label
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <RelativeTime date={member.last_seen_at} empty="Never" />
      </Table.Td>
      <Table.Td ta="right">{mayChange && <RemoveButton member={member} isSelf={isSelf} />}</Table.Td>
    </Table.Tr>
  );
}

type OfMember = { member: Member; isSelf: boolean };

function Person({ member, isSelf }: OfMember) {
  return (
    <Stack gap={0}>
      <Group gap={6}>
        <Text size="sm" fw={600}>
          {nameOf(member)}
        </Text>
        {isSelf && (
          <Badge variant="default" size="sm" tt="none" fw={500}>
            You
          </Badge>
        )}
      </Group>
      {member.name !== "" && (
        <Text size="xs" c="dimmed" className="break-words">
          {member.email}
        </Text>
      )}
    </Stack>
  );
}

function RemoveButton({ member, isSelf }: OfMember) {
  const ask = () =>
    confirmDestroy({
      title: isSelf ? "Leave the organization?" : `Remove ${nameOf(member)}?`,
      body: isSelf
        ? "Your access ends at once, and your API tokens stop working. What you made stays."
        : "Access ends at once, and their API tokens stop working. What they made stays.",
      action: isSelf ? "Leave" : "Remove",
      onConfirm: () => void remove(member),
    });
  return (
    <Button
      variant="subtle"
      color="red"
      size="compact-sm"
      aria-label={isSelf ? "Leave the organization" : `Remove ${nameOf(member)}`}
      onClick={ask}
    >
      {isSelf ? "Leave" : "Remove"}
    </Button>
  );
}
