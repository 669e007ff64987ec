import { ActionIcon, Button, Menu, Text } from "@mantine/core";
import { IconAlertTriangle, IconDots, IconRocket, IconUnlink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ParameterEnvironment } from "@rhesis/router/parameter-environment/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { notifyFailure, offerToRevert } from "../../ui/notices.ts";
import { OfProject } from "../../ui/of-project.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { commonEnvironments } from "./common-environments.ts";
import { PromoteDialog } from "./promote-dialog.tsx";
import { refreshExperiments } from "./refresh.ts";
import { VersionLink } from "./version-link.tsx";

export const Route = createLazyRoute("/experiments/environments")({ component: EnvironmentsPage });

/** An environment that is bound, or a common one that is not. Its id is its name. */
type Row = { id: string; bound: ParameterEnvironment | null };

function EnvironmentsPage() {
  return (
    <OfProject title="Environments">
      {(project_id) => <Environments key={project_id} project_id={project_id} />}
    </OfProject>
  );
}

function Environments({ project_id }: { project_id: string }) {
  const { bind } = Route.useSearch();
  const navigate = useNavigate({ from: "/experiments/environments" });
  const mayPromote = useCan()("experiment:promote");
  const query = useQuery(trpc.parameter_environment.list.queryOptions({ project_id }));
  const rows = useMemo(() => rowsOf(query.data?.items ?? []), [query.data]);
  const setBind = (name: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, bind: name }), replace: true });
  const columns = useMemo(
    () => columnsFor(mayPromote, (name) => void navigate({ search: (before) => ({ ...before, bind: name }) })),
    [mayPromote, navigate],
  );
  if (query.data === undefined) return <PageWaiting query={query} />;
  const bound = rows.find(({ id }) => id === bind)?.bound;
  return (
    <Page fill>
      <PageHeader
        title="Environments"
        description="Names for the version in use somewhere. A run that asks for an environment takes what is bound to it when the run starts."
        actions={
          <>
            <CopyLink />
            {mayPromote && (
              <Button leftSection={<IconRocket size={16} />} onClick={() => setBind("")}>
                Promote a version
              </Button>
            )}
          </>
        }
      />
      <DataTable
        label="Environments"
        columns={columns}
        pages={allOf(rows, query)}
        rowHeight={56}
        {...(mayPromote ? { onOpen: (row: Row) => setBind(row.id) } : {})}
        empty={null}
      />
      {bind !== undefined && mayPromote && (
        <PromoteDialog
          key={bind}
          project_id={project_id}
          initial={{ name: bind, experiment_id: bound?.experiment_id ?? "", version: null }}
          onClose={() => setBind(undefined)}
        />
      )}
    </Page>
  );
}

function rowsOf(items: readonly ParameterEnvironment[]): Row[] {
  const isCommon = (name: string) => commonEnvironments.includes(name);
  const common = commonEnvironments.map((id) => ({ id, bound: items.find(({ name }) => name === id) ?? null }));
  return [...common, ...items.filter(({ name }) => !isCommon(name)).map((bound) => ({ id: bound.name, bound }))];
}

/** There are few enough to come at once. */
function allOf(rows: Row[], { error, refetch }: { error: unknown; refetch: () => Promise<unknown> }) {
  return {
    rows,
    total: rows.length,
    total_is_capped: false,
    is_loading: false,
    is_loading_more: false,
    is_stale: false,
    error,
    failed: error === null ? null : ("refresh" as const),
    has_more: false,
    loadMore: () => undefined,
    retry: refetch,
  };
}

function columnsFor(mayPromote: boolean, onBind: (name: string) => void): Column<Row>[] {
  return [
    {
      key: "name",
      title: "Environment",
      width: "minmax(124px, 1fr)",
      cell: ({ id }) => (
        <Text span size="sm" fw={600} title={id}>
          {id}
        </Text>
      ),
    },
    {
      key: "bound",
      title: "Version in use",
      width: "minmax(130px, 2fr)",
      cell: ({ bound }) => <InUse bound={bound} />,
    },
    {
      key: "by",
      title: "By",
      width: "minmax(100px, 1fr)",
      wide_only: true,
      cell: ({ bound }) => bound?.user_name ?? "–",
    },
    {
      key: "updated_at",
      title: "Since",
      width: "150px",
      wide_only: true,
      cell: ({ bound }) => <RelativeTime date={bound?.updated_at ?? null} />,
    },
    {
      key: "acts",
      title: "",
      width: "64px",
      align: "end",
      cell: (row) => mayPromote && <Acts row={row} onBind={onBind} />,
    },
  ];
}

function InUse({ bound }: Pick<Row, "bound">) {
  if (bound === null) {
    return (
      <Text span size="sm" c="dimmed">
        Nothing is bound
      </Text>
    );
  }
  return (
    <div style={{ minWidth: 0 }}>
      <div className="one-line">
        <VersionLink {...bound} version={bound.experiment_version} />
      </div>
      {bound.problem !== null && (
        <Text size="xs" c="var(--inconclusive)" className="one-line" title={bound.problem}>
          <IconAlertTriangle size={12} aria-hidden /> Does not fit any more: {bound.problem}
        </Text>
      )}
    </div>
  );
}

async function unbind(bound: ParameterEnvironment): Promise<void> {
  const { project_id, name, experiment_id, experiment_version: version } = bound;
  try {
    await api.parameter_environment.unbind.mutate({ project_id, name });
    await refreshExperiments();
    offerToRevert(
      `Nothing is bound to ${name} any more. Runs that ask for it are refused.`,
      () => api.parameter_environment.bind.mutate({ project_id, name, experiment_id, version }),
      `${name} is bound again.`,
    );
  } catch (error) {
    notifyFailure(error);
  }
}

function Acts({ row: { id, bound }, onBind }: { row: Row; onBind: (name: string) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${id}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconRocket size={16} />} onClick={() => onBind(id)}>
          {bound === null ? "Promote a version to it" : "Promote another version to it"}
        </Menu.Item>
        {bound !== null && (
          <Menu.Item leftSection={<IconUnlink size={16} />} onClick={() => void unbind(bound)}>
            Unbind
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
