import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TestSet } from "@rhesis/router/test-set/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageLoading } from "../../ui/page-loading.tsx";
import { Page } from "../../ui/page.tsx";
import { emptyConversation } from "../conversations/conversation-values.ts";
import { emptyTest, TestForm, type TestInput, type TestValues } from "./test-form.tsx";

/** Where the page stands: below the set that the test is written for, where there is one. */
function parentsOf(set: TestSet | undefined) {
  if (set === undefined) return [{ label: "Tests", to: "/tests" }];
  return [
    { label: "Test sets", to: "/test-sets" },
    { label: set.name, to: `/test-sets/${set.id}` },
  ];
}

/** A test for a set is of its project and kind. */
function initialOf(set: TestSet | undefined): TestValues {
  const conversation = set?.kind === "multi_turn" ? emptyConversation("scripted") : null;
  return { ...emptyTest, conversation, project_id: set?.project_id ?? "" };
}

function NewTestPage() {
  const { test_set, requirement } = Route.useSearch();
  const navigate = useNavigate({ from: "/tests/new" });
  const [another, setAnother] = useState(false);
  const [round, setRound] = useState(0);
  const [labels, setLabels] = useState({});
  const set = useQuery(trpc.test_set.get.queryOptions({ id: test_set ?? "" }, { enabled: test_set !== undefined }));
  if (test_set !== undefined && set.isPending) return <PageLoading />;
  const goBack = () =>
    test_set === undefined ? navigate({ to: "/tests" }) : navigate({ to: "/test-sets/$id", params: { id: test_set } });
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
    } else await goBack();
  };
  const kind = set.data?.kind;
  const initial = { ...initialOf(set.data), requirement_id: requirement ?? null, ...labels };
  return (
    <Page narrow>
      <PageHeader
        title="New test"
        parents={parentsOf(set.data)}
        actions={
          set.data?.kind !== "multi_turn" && (
            <ButtonLink variant="default" to="/tests/paste" search={{ test_set }}>
              Paste many
            </ButtonLink>
          )
        }
      />
      <TestForm
        key={round}
        kind={kind}
        initial={initial}
        submit="Create test"
        save={create}
        onCancel={() => void goBack()}
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
