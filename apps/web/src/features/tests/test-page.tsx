import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { Test } from "@rhesis/router/test/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { TestFacts } from "./test-facts.tsx";
import { TestForm } from "./test-form.tsx";
import { testTitle } from "./test-title.ts";

async function forgetTests(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(trpc.test.pathFilter()),
    queryClient.invalidateQueries(trpc.test_set.pathFilter()),
    queryClient.invalidateQueries(trpc.requirement.pathFilter()),
  ]);
}

function TestPage() {
  const { id } = Route.useParams();
  const navigate = useNavigate({ from: "/tests/$id" });
  const can = useCan();
  const query = useQuery(trpc.test.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  const test = query.data;
  const remove = async () => {
    try {
      const { deletion_id } = await api.test.delete.mutate({ id });
      await navigate({ to: "/tests", ignoreBlocker: true });
      await forgetTests();
      offerUndo("The test is deleted.", deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <Page narrow>
      <PageHeader
        title={testTitle(test)}
        parents={[{ label: "Tests", to: "/tests" }]}
        actions={
          <>
            <CopyLink />
            {can("test:delete") && (
              <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
                Delete
              </Button>
            )}
          </>
        }
      />
      {can("test:update") ? (
        <EditTest key={`${id} ${test.version}`} test={test} />
      ) : (
        <Section title="The test">
          <TestFacts test={test} />
        </Section>
      )}
    </Page>
  );
}

function EditTest({ test }: { test: Test }) {
  const { id, version, kind, conversation, project_id, requirement_id, topic_id, category_id } = test;
  const { input } = test;
  const expected_output = test.expected_output ?? "";
  return (
    <TestForm
      kind={kind}
      initial={{ project_id, conversation, input, expected_output, requirement_id, topic_id, category_id }}
      submit="Save changes"
      save={async (values) => {
        const saved = await api.test.update.mutate({
          id,
          expected_version: version,
          ...(values.conversation === null
            ? { input: values.input, expected_output: values.expected_output }
            : { conversation: values.conversation }),
          requirement_id: values.requirement_id,
          topic_id: values.topic_id,
          category_id: values.category_id,
        });
        queryClient.setQueryData(trpc.test.get.queryKey({ id }), saved);
        await forgetTests();
        notifyDone("Saved. Runs that have started keep the test as it was.");
      }}
    />
  );
}

export const Route = createLazyRoute("/tests/$id")({ component: TestPage });
