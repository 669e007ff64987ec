import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { TestSetForm } from "./test-set-form.tsx";

function NewTestSetPage() {
  const navigate = useNavigate({ from: "/test-sets/new" });
  return (
    <Page narrow>
      <PageHeader
        title="New test set"
        parents={[{ label: "Test sets", to: "/test-sets" }]}
        description="Give it a name; you add tests to it next."
      />
      <Section title="Name and description">
        <TestSetForm
          isNew
          initial={{ project_id: "", kind: "single_turn", name: "", description: "" }}
          submit="Create test set"
          save={async (input) => {
            const { id } = await api.test_set.create.mutate(input);
            await queryClient.invalidateQueries(trpc.test_set.pathFilter());
            await navigate({ to: "/test-sets/$id", params: { id } });
          }}
          onCancel={() => void navigate({ to: "/test-sets" })}
        />
      </Section>
    </Page>
  );
}

export const Route = createLazyRoute("/test-sets/new")({ component: NewTestSetPage });
