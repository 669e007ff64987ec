import { Button, Menu, ActionIcon, Text } from "@mantine/core";
import { IconDots, IconFolder, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Project } from "@rhesis/router/project/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { RowLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyFailure, offerUndo } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { ProjectDialog } from "./project-dialog.tsx";

export const Route = createLazyRoute("/settings/projects")({ component: ProjectsPage });

async function remove(project: Project): Promise<void> {
  try {
    const { deletion_id } = await api.project.delete.mutate({ id: project.id });
    await queryClient.invalidateQueries();
    offerUndo(`${project.name} was deleted with everything in it.`, deletion_id);
  } catch (error) {
    notifyFailure(error);
  }
}

function columnsFor(edit: ((project: Project) => void) | null): Column<Project, "name" | "created_at">[] {
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(180px, 1fr)",
      sort: "name",
      cell: (row) => (
        <RowLink to="/" search={{ project: row.id }}>
          {row.name}
        </RowLink>
      ),
    },
    {
      key: "description",
      title: "Description",
      width: "minmax(160px, 2fr)",
      wide_only: true,
      cell: (row) => (
        <Text inherit span c="dimmed" title={row.description}>
          {row.description}
        </Text>
      ),
    },
    {
      key: "created_at",
      title: "Created",
      width: "156px",
      sort: "created_at",
      wide_only: true,
      cell: (row) => <RelativeTime date={row.created_at} />,
    },
    {
      key: "actions",
      title: "",
      width: "64px",
      align: "end",
      cell: (row) => edit !== null && <RowMenu project={row} edit={edit} />,
    },
  ];
}

function RowMenu({ project, edit }: { project: Project; edit: (project: Project) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${project.name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => edit(project)}>
          Rename or describe
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void remove(project)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ProjectsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/settings/projects" });
  const mayEdit = useCan()("project:update");
  const [edited, setEdited] = useState<Project | "new" | null>(null);
  const columns = useMemo(() => columnsFor(mayEdit ? setEdited : null), [mayEdit]);
  const { q, sort } = search;
  const pages = useListPages(trpc.project.list.infiniteQueryOptions({ q, sort, limit: pageSize }, listPaging));
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const create = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")}>
      Create a project
    </Button>
  );
  return (
    <Page fill>
      <PageHeader
        title="Projects"
        description="Group endpoints, tests and runs that belong together, such as one product."
        actions={create}
      />
      <FilterBar onClear={null}>
        <SearchField value={q} onChange={(next) => set({ q: next })} label="Search projects" />
      </FilterBar>
      <DataTable
        label="Projects"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        onOpen={(row) => void navigate({ to: "/", search: { project: row.id } })}
        empty={
          q === undefined ? (
            <EmptyState
              icon={<IconFolder size={36} color="var(--soft)" aria-hidden />}
              title="No project yet"
              action={create}
            >
              Endpoints, tests and runs live in a project.
            </EmptyState>
          ) : (
            <NothingMatches onClear={() => set({ q: undefined })} />
          )
        }
      />
      {edited !== null && (
        <ProjectDialog {...(edited === "new" ? {} : { project: edited })} onClose={() => setEdited(null)} />
      )}
    </Page>
  );
}
