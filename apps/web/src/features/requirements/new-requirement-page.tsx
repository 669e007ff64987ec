import { useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { api, trpc } from "../../api/trpc.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { RequirementForm } from "./requirement-form.tsx";

function NewRequirementPage() {
  const navigate = useNavigate({ from: "/requirements/new" });
  const cache = useQueryClient();
  return (
    <Page narrow>
      <PageHeader
        title="New requirement"
        parents={[{ label: "Requirements", to: "/requirements" }]}
        description="One thing the application has to get right. You attach metrics to it next; its tests are scored with them."
      />
      <Section title="What it means">
        <RequirementForm
          initial={{ name: "", description: "" }}
          submit="Create requirement"
          save={async (input) => {
            const { id } = await api.requirement.create.mutate(input);
            await cache.invalidateQueries({ queryKey: trpc.requirement.pathKey() });
            await navigate({ to: "/requirements/$id", params: { id } });
          }}
          onCancel={() => void navigate({ to: "/requirements" })}
        />
      </Section>
    </Page>
  );
}

export const Route = createLazyRoute("/requirements/new")({ component: NewRequirementPage });
