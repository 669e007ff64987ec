import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageLoading } from "../../ui/page-loading.tsx";
import { Page } from "../../ui/page.tsx";
import { emptyTest, TestForm, type TestInput } from "./test-form.tsx";

function NewTestPage() {
  const { test_set, requirement } = Route.useSearch();
  const navigate = useNavigate({ from: "/tests/new" });
  const [another, setAnother] = useState(false);
  const [round, setRound] = useState(0);
  const [labels, setLabels] = useState({});
  const set = useQuery(trpc.test_set.get.queryOptions({ id: test_set ?? "" }, { enabled: test_set !== undefined }));
  if (test_set !== undefined && set.isPending) return <PageLoading />;
  const create = async (input: TestInput) => {
    const test = await api.test.create.mutate(input);
    if (test_set !== undefined) await api.test_set.add_tests.mutate({ id: test_set, test_ids: [test.id] });
    await Promise.all([
      queryClient.invalidateQueries(trpc.test.pathFilter()),
      queryClient.invalidateQueries(trpc.test_set.pathFilter()),
      queryClient.invalidateQueries(trpc.requirement.pathFilter()),
    ]);
    notifyDone(set.data === undefined ? "The test is there." : `The test is in “${set.data.name}”.`);
    if (another) {
      const { requirement_id, topic_id, category_id } = input;
      setLabels({ requirement_id, topic_id, category_id });
      setRound((before) => before + 1);
    } else if (test_set !== undefined) await navigate({ to: "/test-sets/$id", params: { id: test_set } });
    else await navigate({ to: "/tests" });
  };
  const initial = {
    ...emptyTest,
    project_id: set.data?.project_id ?? "",
    requirement_id: requirement ?? null,
    ...labels,
  };
  return (
    <Page narrow>
      <PageHeader
        title="New test"
        parents={
          set.data === undefined
            ? [{ label: "Tests", to: "/tests" }]
            : [
                { label: "Test sets", to: "/test-sets" },
                { label: set.data.name, to: `/test-sets/${set.data.id}` },
              ]
        }
        actions={
          <ButtonLink variant="default" to="/tests/paste" search={{ test_set }}>
            Paste many
          </ButtonLink>
        }
      />
      <TestForm
        key={round}
        initial={initial}
        submit="Create test"
        save={create}
        onCancel={() =>
          void (test_set === undefined
            ? navigate({ to: "/tests" })
            : navigate({ to: "/test-sets/$id", params: { id: test_set } }))
        }
      >
        <Checkbox
          label="Write another after this one"
          checked={another}
          onChange={(event) => setAnother(event.currentTarget.checked)}
          mr="auto"
        />
      </TestForm>
    </Page>
  );
}

export const Route = createLazyRoute("/tests/new")({ component: NewTestPage });
