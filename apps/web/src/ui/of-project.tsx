import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EmptyState } from "./empty-state.tsx";
import { ButtonLink } from "./link.tsx";
import { PageHeader } from "./page-header.tsx";
import { PageWaiting } from "./page-waiting.tsx";
import { Page } from "./page.tsx";
import { ProjectSelect, useGivenProject } from "./project-select.tsx";

/** A page about one project: that of the address, or the only one there is. Where there are several, one is asked for. */
export function OfProject(props: { title: string; children: (project_id: string) => ReactNode }) {
  const project = useGivenProject();
  const navigate = useNavigate();
  if (project.given !== undefined) return props.children(project.given);
  if (project.data === undefined) return <PageWaiting query={project} />;
  const isNone = project.data.items.length === 0;
  const choose = (
    <ProjectSelect
      compact
      value={null}
      onChange={(id) => void navigate({ to: ".", search: { project: id ?? undefined } })}
    />
  );
  return (
    <Page>
      <PageHeader title={props.title} />
      <EmptyState
        title={isNone ? "No project yet" : "Choose a project"}
        action={isNone ? <ButtonLink to="/settings/projects">Create a project</ButtonLink> : choose}
      >
        Each project has its own.
      </EmptyState>
    </Page>
  );
}
