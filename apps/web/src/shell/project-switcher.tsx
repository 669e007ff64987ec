import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconFolder, IconSelector, IconSettings } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { trpc } from "../api/trpc.ts";
import { remember } from "../session/remembered.ts";
import { useProjectId } from "./project.ts";

/** Narrows all lists to one project. The choice goes into the address and is remembered for the next visit. */
export function ProjectSwitcher() {
  const projectId = useProjectId();
  const navigate = useNavigate();
  const { data } = useQuery(trpc.project.list.queryOptions({ limit: 100, sort: "name" }));
  const projects = data?.items ?? [];
  const current = projects.find((project) => project.id === projectId);
  const choose = (id: string | undefined) => {
    remember("project", id ?? null);
    // What is open belongs to the project before; filters of the page may too.
    void navigate({ to: ".", search: { project: id } });
  };
  const label = projectId === undefined ? "All projects" : (current?.name ?? "Project");
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconFolder size={16} />}
          rightSection={<IconSelector size={14} />}
          aria-label={`Project: ${label}`}
          style={{ minWidth: 0 }}
        >
          <span className="one-line" style={{ maxWidth: 220 }}>
            {label}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        <Menu.Item onClick={() => choose(undefined)} rightSection={projectId === undefined && <IconCheck size={16} />}>
          All projects
        </Menu.Item>
        {projects.map((project) => (
          <Menu.Item
            key={project.id}
            onClick={() => choose(project.id)}
            rightSection={project.id === projectId && <IconCheck size={16} />}
          >
            <Text size="sm" lineClamp={1}>
              {project.name}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/projects" leftSection={<IconSettings size={16} />}>
          Manage projects
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
