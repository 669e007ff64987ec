import { Anchor, Badge, Button, Group, Switch, Text, Tooltip } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ApiToken } from "@rhesis/router/api-token/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan, useFeature, useSession } from "../../session/member.tsx";
import { confirmDestroy } from "../../ui/confirm-destroy.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SwitchedOffNote } from "../../ui/switched-off.tsx";

export const Route = createLazyRoute("/settings/tokens")({ component: TokensPage });

function stateOf(token: ApiToken): "Active" | "Revoked" | "Expired" {
  if (token.revoked_at !== null) return "Revoked";
  return token.expires_at !== null && token.expires_at.getTime() <= Date.now() ? "Expired" : "Active";
}

async function revoke(token: ApiToken): Promise<void> {
  try {
    await api.api_token.revoke.mutate({ id: token.id });
    notifyDone(`${token.name} no longer works.`);
  } catch (error) {
    notifyFailure(error);
  }
  await queryClient.invalidateQueries(trpc.api_token.pathFilter());
}

function askToRevoke(token: ApiToken): void {
  confirmDestroy({
    title: `Revoke ${token.name}?`,
    body: "Programs that use it are refused from now on. It cannot be made valid again.",
    action: "Revoke",
    onConfirm: () => void revoke(token),
  });
}

const plainColumns: Column<ApiToken>[] = [
  {
    key: "name",
    title: "Name",
    width: "minmax(160px, 2fr)",
    cell: (row) => (
      <Group gap="xs" wrap="nowrap">
        <Text inherit fw={600} span className="one-line">
          {row.name}
        </Text>
        {stateOf(row) !== "Active" && (
          <Badge variant="default" tt="none" fw={500}>
            {stateOf(row)}
          </Badge>
        )}
      </Group>
    ),
  },
  {
    key: "hint",
    title: "Begins with",
    width: "130px",
    wide_only: true,
    cell: (row) => (
      <Text inherit ff="monospace" span>
        {row.hint}…
      </Text>
    ),
  },
  {
    key: "scopes",
    title: "May do",
    width: "120px",
    wide_only: true,
    cell: (row) => (
      <Tooltip label={row.scopes.join(", ")} multiline maw={420}>
        <span>{row.scopes.length === 1 ? row.scopes[0] : `${row.scopes.length} things`}</span>
      </Tooltip>
    ),
  },
  { key: "user", title: "Of", width: "minmax(110px, 1fr)", wide_only: true, cell: (row) => row.user_name ?? "–" },
  {
    key: "last_used",
    title: "Last used",
    width: "156px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.last_used_at} empty="Never" />,
  },
  {
    key: "expires",
    title: "Expires",
    width: "156px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.expires_at} empty="Never" />,
  },
];

function columnsFor(mayRevoke: boolean): Column<ApiToken>[] {
  return [
    ...plainColumns,
    {
      key: "actions",
      title: "",
      width: "110px",
      align: "end",
      cell: (row) =>
        mayRevoke &&
        row.revoked_at === null && (
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            aria-label={`Revoke ${row.name}`}
            onClick={() => askToRevoke(row)}
          >
            Revoke
          </Button>
        ),
    },
  ];
}

const about = (
  <>
    Keys with which programs, such as your build pipeline, do what you could do here.{" "}
    <Anchor href="/docs" target="_blank" size="sm" underline="always">
      What they can call
    </Anchor>
  </>
);

function TokensPage() {
  const { revoked, mine } = Route.useSearch();
  const navigate = useNavigate({ from: "/settings/tokens" });
  const { me } = useSession();
  const can = useCan();
  const isOn = useFeature()("api_tokens");
  const mayRevoke = can("api_token:revoke");
  const columns = useMemo(() => columnsFor(mayRevoke), [mayRevoke]);
  const filters = { include_revoked: revoked === true, user_id: mine === true ? me.user.id : undefined };
  const pages = useListPages(trpc.api_token.list.infiniteQueryOptions({ ...filters, limit: pageSize }, listPaging));
  const create = isOn && can("api_token:create") && (
    <ButtonLink to="/settings/tokens/new" leftSection={<IconPlus size={16} />}>
      Create a token
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader title="API tokens" description={about} actions={pages.total !== 0 && create} />
      {!isOn && (
        <SwitchedOffNote feature="api_tokens">No new ones can be made. Those below work until revoked.</SwitchedOffNote>
      )}
      <Group gap="lg">
        <Switch
          label="Only mine"
          checked={mine === true}
          onChange={(event) => {
            const next = event.currentTarget.checked ? true : undefined;
            void navigate({ search: (before) => ({ ...before, mine: next }), replace: true });
          }}
        />
        <Switch
          label="Revoked ones too"
          checked={revoked === true}
          onChange={(event) => {
            const next = event.currentTarget.checked ? true : undefined;
            void navigate({ search: (before) => ({ ...before, revoked: next }), replace: true });
          }}
        />
      </Group>
      <DataTable
        label="API tokens"
        columns={columns}
        pages={pages}
        empty={
          <EmptyState icon={<IconKey size={36} color="var(--soft)" aria-hidden />} title="No token" action={create}>
            {isOn ? "Create one to start runs from a pipeline or a script." : "Nobody has made one."}
          </EmptyState>
        }
      />
    </Page>
  );
}
