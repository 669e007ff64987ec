import { Button, CheckIcon, Combobox, Group, Loader, Text, useCombobox } from "@mantine/core";
import { IconFolder, IconSelector, IconSettings } from "@tabler/icons-react";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { trpc } from "../api/trpc.ts";
import { remember } from "../session/remembered.ts";
import { ButtonLink } from "../ui/link.tsx";
import { useSettledSearch, type Named } from "../ui/remote-select.tsx";
import { useProjectId } from "./project.ts";

const allProjects = "all";

/** Narrows all lists to one project. The choice goes into the address and is remembered for the next visit. */
export function ProjectSwitcher() {
  const projectId = useProjectId();
  const navigate = useNavigate();
  const current = useQuery(trpc.project.get.queryOptions(projectId === undefined ? skipToken : { id: projectId }));
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => combobox.resetSelectedOption(),
  });
  const choose = (value: string) => {
    const id = value === allProjects ? undefined : value;
    remember("project", id ?? null);
    combobox.closeDropdown();
    combobox.focusTarget();
    // What is open belongs to the project before; filters of the page may too.
    void navigate({ to: ".", search: { project: id } });
  };
  const label = projectId === undefined ? "All projects" : (current.data?.name ?? "Project");
  return (
    <Combobox store={combobox} position="bottom-start" width={300} onOptionSubmit={choose}>
      <Combobox.Target targetType="button">
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconFolder size={16} />}
          rightSection={<IconSelector size={14} />}
          aria-label={`Project: ${label}`}
          style={{ minWidth: 0 }}
          onClick={() => combobox.toggleDropdown()}
        >
          <span className="one-line" style={{ maxWidth: 220 }}>
            {label}
          </span>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        {combobox.dropdownOpened && <Choices projectId={projectId} onLeave={() => combobox.closeDropdown()} />}
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Projects by name, searched by the server: there may be more than fit a list. */
function Choices({ projectId, onLeave }: { projectId: string | undefined; onLeave: () => void }) {
  const listId = useId();
  const [text, setText] = useState("");
  const [q, onSearch] = useSettledSearch();
  const { data, isFetching, isError } = useQuery(
    trpc.project.list.queryOptions({ limit: 50, sort: "name", q }, { placeholderData: keepPreviousData }),
  );
  const projects = data?.items ?? [];
  const more = (data?.total ?? 0) - projects.length;
  return (
    <>
      <Combobox.Search
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          const typed = event.currentTarget.value.trim();
          onSearch(typed === "" ? undefined : typed);
        }}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-label="Search projects"
        placeholder="Search projects"
        maxLength={200}
        rightSection={isFetching && <Loader size={14} />}
      />
      <Combobox.Options id={listId} mah="50vh" style={{ overflowY: "auto" }} aria-label="Projects">
        {q === undefined && (
          <Choice project={{ id: allProjects, name: "All projects" }} active={projectId === undefined} />
        )}
        {projects.map((project) => (
          <Choice key={project.id} project={project} active={project.id === projectId} />
        ))}
        {isError && <Combobox.Empty>The projects could not be loaded. Try again in a moment.</Combobox.Empty>}
        {q !== undefined && !isFetching && !isError && projects.length === 0 && (
          <Combobox.Empty>No project has this in its name</Combobox.Empty>
        )}
      </Combobox.Options>
      <Combobox.Footer>
        {more > 0 && (
          <Text size="xs" c="dimmed" mb={4}>
            {more.toLocaleString("en")} more. Type a part of the name.
          </Text>
        )}
        <ButtonLink
          to="/settings/projects"
          variant="subtle"
          size="compact-sm"
          leftSection={<IconSettings size={16} />}
          onClick={onLeave}
        >
          Manage projects
        </ButtonLink>
      </Combobox.Footer>
    </>
  );
}

function Choice({ project, active }: { project: Named; active: boolean }) {
  return (
    <Combobox.Option value={project.id} active={active} title={project.name}>
      <Group gap="xs" wrap="nowrap" justify="space-between">
        <Text span size="sm" className="one-line">
          {project.name}
        </Text>
        {active && <CheckIcon size={12} aria-hidden />}
      </Group>
    </Combobox.Option>
  );
}
