import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconCheck, IconLogout, IconPlus, IconSun, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSession } from "../session/member.tsx";

/** Who one is, in which organization, and out. */
export function AccountMenu() {
  const { me, login, switchOrganization } = useSession();
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <ActionIcon variant="light" radius="xl" size="md" aria-label="Account and organization">
          <IconUser size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: "auto" }}>
        <Menu.Label>
          <Text size="sm" c="var(--ink)" fw={600} lineClamp={1}>
            {me.user.name === "" ? (me.user.email ?? "Signed in") : me.user.name}
          </Text>
          <Text size="xs" lineClamp={1}>
            {me.user.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>Organization</Menu.Label>
        {me.memberships.map((membership) => {
          const isCurrent = membership.organization_id === me.organization?.id;
          return (
            <Menu.Item
              key={membership.organization_id}
              onClick={() => !isCurrent && switchOrganization(membership.organization_id)}
              rightSection={isCurrent && <IconCheck size={16} aria-label="Current" />}
            >
              <Text size="sm" lineClamp={1}>
                {membership.organization_name}
              </Text>
              <Text size="xs" c="dimmed" tt="capitalize">
                {membership.role}
              </Text>
            </Menu.Item>
          );
        })}
        <Menu.Item component={Link} to="/settings/new-organization" leftSection={<IconPlus size={16} />}>
          Create an organization
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/appearance" leftSection={<IconSun size={16} />}>
          Appearance
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void login.signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
