import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/trpc.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { ExperimentForm } from "./experiment-form.tsx";
import { refreshExperiments } from "./refresh.ts";

export const Route = createLazyRoute("/experiments/new")({ component: NewExperimentPage });

function NewExperimentPage() {
  const navigate = useNavigate({ from: "/experiments/new" });
  return (
    <Page narrow>
      <PageHeader
        title="New experiment"
        parents={[{ label: "Experiments", to: "/experiments" }]}
        description="Give it a name; you save its first version next."
      />
      <Section title="Name and description">
        <ExperimentForm
          initial={{ project_id: "", name: "", description: "", visibility: "private" }}
          isNew
          submit="Create experiment"
          save={async (input) => {
            const { id } = await api.experiment.create.mutate(input);
            await refreshExperiments();
            await navigate({ to: "/experiments/$id", params: { id } });
          }}
          onCancel={() => void navigate({ to: "/experiments" })}
        />
      </Section>
    </Page>
  );
}
