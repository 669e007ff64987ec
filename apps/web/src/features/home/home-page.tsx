import { SimpleGrid, Skeleton } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import { trpc } from "../../api/trpc.ts";
import { useSession } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { FollowRuns } from "../test-runs/follow-runs.tsx";
import { LatestRun } from "./latest-run.tsx";
import { NextSteps } from "./next-steps.tsx";
import { RecentRuns } from "./recent-runs.tsx";
import { stepsOf } from "./steps.ts";

export const Route = createLazyRoute("/")({ component: HomePage });

function useHome() {
  const project_id = useProjectId();
  const one = { limit: 1, project_id };
  return useQueries({
    queries: [
      trpc.test_run.list.queryOptions({ limit: 8, project_id }),
      trpc.endpoint.list.queryOptions(one),
      trpc.requirement.list.queryOptions({ limit: 1 }),
      trpc.metric.list.queryOptions({ limit: 1 }),
      trpc.test.list.queryOptions(one),
      trpc.test_set.list.queryOptions(one),
    ],
  });
}

function HomePage() {
  const { me } = useSession();
  const queries = useHome();
  const [runs, endpoints, requirements, metrics, tests, testSets] = queries;
  const failed = queries.find((query) => query.isError && query.data === undefined);
  const retry = () => Promise.all(queries.filter((query) => query.isError).map((query) => query.refetch()));
  const totals = {
    endpoints: endpoints.data?.total,
    requirements: requirements.data?.total,
    metrics: metrics.data?.total,
    tests: tests.data?.total,
    test_sets: testSets.data?.total,
    runs: runs.data?.total,
  };
  const steps = stepsOf(totals);
  const isReady = Object.values(totals).every((total) => total !== undefined);
  const isSetUp = isReady && steps.every((step) => step.isDone);
  const recent = runs.data?.items ?? [];
  const [latest] = recent;
  return (
    <Page>
      <FollowRuns runs={recent} />
      <PageHeader
        title={me.organization?.name ?? "Home"}
        description="How your applications do, and what to do next."
        actions={
          isSetUp && (
            <ButtonLink to="/test-sets" leftSection={<IconPlayerPlay size={16} />}>
              Run a test set
            </ButtonLink>
          )
        }
      />
      {failed !== undefined && <ErrorState error={failed.error} onRetry={retry} />}
      {failed === undefined && !isReady && <Skeleton height={220} radius="lg" />}
      {isReady && (
        <SimpleGrid cols={{ base: 1, md: latest !== undefined && !isSetUp ? 2 : 1 }} spacing="md">
          {latest !== undefined && <LatestRun run={latest} />}
          {!isSetUp && <NextSteps steps={steps} />}
        </SimpleGrid>
      )}
      {isReady && latest !== undefined && <RecentRuns runs={recent} />}
    </Page>
  );
}
