import { Button, Menu, Tabs } from "@mantine/core";
import { IconDots, IconPencil, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TestSet } from "@rhesis/router/test-set/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { RunsTable } from "../test-runs/runs-table.tsx";
import { testSetTabs } from "./routes.ts";
import { RunDrawer } from "./run-drawer.tsx";
import { TestSetForm } from "./test-set-form.tsx";
import { TestSetMetrics } from "./test-set-metrics.tsx";
import { TestSetTests } from "./test-set-tests.tsx";

const noTableState = { q: undefined, sort: undefined, open: undefined };
const noChoice = { with: undefined, environment: undefined, experiment: undefined, version: undefined };
const noRun = { run: undefined, endpoint: undefined, ...noChoice };
const titles = { tests: "Tests", metrics: "Metrics", runs: "Runs" };

function TestSetPage() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  const query = useQuery(trpc.test_set.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  const testSet = query.data;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const tab = search.tab ?? "tests";
  return (
    <Page fill={!isEditing}>
      <PageHeader
        title={testSet.name}
        parents={[{ label: "Test sets", to: "/test-sets" }]}
        description={testSet.description === "" ? undefined : testSet.description}
        actions={
          <>
            <CopyLink />
            <MoreMenu testSet={testSet} onEdit={() => setEditing(true)} />
            {can("test_set:execute") && (
              <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => set({ run: true })}>
                Run
              </Button>
            )}
          </>
        }
      />
      {isEditing && <EditTestSet testSet={testSet} onEnd={() => setEditing(false)} />}
      <Tabs value={tab} onChange={(next) => set({ ...noTableState, tab: testSetTabs.find((each) => each === next) })}>
        <Tabs.List>
          {testSetTabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {titles[each]}
              {each === "tests" && ` (${testSet.test_count.toLocaleString("en")})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {tab === "tests" && <TestSetTests testSet={testSet} />}
      {tab === "metrics" && <TestSetMetrics id={id} />}
      {tab === "runs" && <RunsTable test_set_id={id} onRun={() => set({ run: true })} />}
      {search.run === true && (
        <RunDrawer
          testSet={testSet}
          endpoint_id={search.endpoint ?? null}
          onEndpoint={(endpoint) => set({ endpoint: endpoint ?? undefined })}
          parameters={search}
          onParameters={set}
          onClose={() => set(noRun)}
        />
      )}
    </Page>
  );
}

function EditTestSet({ testSet, onEnd }: { testSet: TestSet; onEnd: () => void }) {
  const { id, project_id, version } = testSet;
  return (
    <Section title="Name and description">
      <TestSetForm
        initial={{ project_id, name: testSet.name, description: testSet.description }}
        submit="Save changes"
        save={async ({ name, description }) => {
          await api.test_set.update.mutate({ id, expected_version: version, name, description });
          await queryClient.invalidateQueries(trpc.test_set.pathFilter());
          onEnd();
          notifyDone("Saved.");
        }}
        onCancel={onEnd}
      />
    </Section>
  );
}

function MoreMenu({ testSet: { id, name }, onEdit }: { testSet: TestSet; onEdit: () => void }) {
  const can = useCan();
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const remove = async () => {
    try {
      const { deletion_id } = await api.test_set.delete.mutate({ id });
      await navigate({ to: "/test-sets" });
      await queryClient.invalidateQueries(trpc.test_set.pathFilter());
      offerUndo(`“${name}” is deleted. Its tests stay.`, deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
  if (!can("test_set:update") && !can("test_set:delete")) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" px={8} aria-label="More actions">
          <IconDots size={18} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {can("test_set:update") && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            Edit name and description
          </Menu.Item>
        )}
        {can("test_set:delete") && (
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
            Delete
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

export const Route = createLazyRoute("/test-sets/$id")({ component: TestSetPage });
