import { Alert, Button, List } from "@mantine/core";
import { IconAdjustments, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { TextLink } from "../../ui/link.tsx";
import { OfProject } from "../../ui/of-project.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { FieldList } from "./field-list.tsx";
import { SchemaForm } from "./schema-form.tsx";

export const Route = createLazyRoute("/experiments/parameters")({ component: ParametersPage });

function ParametersPage() {
  return (
    <OfProject title="Parameters">{(project_id) => <Parameters key={project_id} project_id={project_id} />}</OfProject>
  );
}

function Parameters({ project_id }: { project_id: string }) {
  const { edit } = Route.useSearch();
  const navigate = useNavigate({ from: "/experiments/parameters" });
  const mayEdit = useCan()("project:update");
  const query = useQuery(trpc.parameters.schema.queryOptions({ project_id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  const { fields } = query.data;
  const setEdit = (on: boolean) =>
    void navigate({ search: (before) => ({ ...before, edit: on ? true : undefined }), replace: true });
  const isEditing = edit === true && mayEdit;
  const begin = (label: string): ReactNode =>
    mayEdit && (
      <Button leftSection={<IconPencil size={16} />} onClick={() => setEdit(true)}>
        {label}
      </Button>
    );
  return (
    <Page narrow>
      <PageHeader
        title="Parameters"
        description="What can differ from run to run without changing an endpoint, such as a prompt or a model. Experiments hold versions of their values."
        actions={
          !isEditing && (
            <>
              <CopyLink />
              {fields.length > 0 && begin("Edit parameters")}
            </>
          )
        }
      />
      <BrokenEnvironments project_id={project_id} />
      {isEditing && <SchemaForm parameters={query.data} onEnd={() => setEdit(false)} />}
      {!isEditing && fields.length === 0 && <NoParameters begin={begin("Describe the first parameter")} />}
      {!isEditing && fields.length > 0 && (
        <Section title="What a version gives values to">
          <FieldList fields={fields} />
        </Section>
      )}
    </Page>
  );
}

/** Which environments have values that do not fit the parameters any more. */
function BrokenEnvironments({ project_id }: { project_id: string }) {
  const { data } = useQuery(trpc.parameter_environment.list.queryOptions({ project_id }));
  const broken = (data?.items ?? []).filter(({ problem }) => problem !== null);
  if (broken.length === 0) return null;
  return (
    <Alert color="yellow" title="Runs cannot use these environments any more">
      Their values do not fit the parameters as they are now. Save a new version and promote it.
      <List size="sm" mt="xs">
        {broken.map(({ name, experiment_id, experiment_name, experiment_version, problem }) => (
          <List.Item key={name}>
            {name}:{" "}
            <TextLink
              to="/experiments/$id"
              params={{ id: experiment_id }}
              search={{ version: experiment_version }}
              size="sm"
              underline="always"
            >
              {experiment_name} v{experiment_version}
            </TextLink>{" "}
            ({problem})
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function NoParameters({ begin }: { begin: ReactNode }) {
  return (
    <EmptyState
      icon={<IconAdjustments size={36} color="var(--soft)" aria-hidden />}
      title="No parameters yet"
      action={begin}
    >
      Say what you want to try out in different versions: the system prompt, the creativity, the tone. An endpoint uses
      a parameter by its name, as {"{{ params.tone }}"}.
    </EmptyState>
  );
}
