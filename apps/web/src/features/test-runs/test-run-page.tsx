import { Alert, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { trpc } from "../../api/trpc.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { TextLink } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Beside, Page } from "../../ui/page.tsx";
import { ParametersUsed } from "./parameters-used.tsx";
import { filtersOf, hasFilters, toggleFailures, type ResultFilters } from "../test-results/result-filters.ts";
import { useNeighbours } from "../test-results/neighbours.ts";
import { ResultPanel } from "../test-results/result-panel.tsx";
import { useLiveResults } from "./live-results.ts";
import { useLiveRun } from "./live-run.ts";
import { RaiseBudget } from "./raise-budget.tsx";
import { resultColumns } from "./result-columns.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunFilters } from "./run-filters.tsx";
import { RunCauses } from "./run-causes.tsx";
import { withProgress, type Sample } from "./run-pace.ts";
import { RunProgress } from "./run-progress.tsx";
import { isLive, RunStatus } from "./run-status.tsx";
import { VerdictChips } from "./verdict-chips.tsx";

const parents = [{ label: "Runs", to: "/test-runs" }];
const noFilters: ResultFilters = {
  q: undefined,
  verdict: undefined,
  status: undefined,
  requirement: undefined,
  metric: undefined,
  metric_verdict: undefined,
  error_code: undefined,
  error_cause: undefined,
};

function TestRunPage() {
  const { id } = Route.useParams();
  const query = useQuery(trpc.test_run.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  return <RunView key={id} run={query.data} />;
}

function RunView({ run }: { run: TestRun }) {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-runs/$id" });
  const filters = filtersOf(search);
  const { open } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const { pages, refresh, finish } = useLiveResults(run.id, filters);
  const [samples, setSamples] = useState<Sample[]>([]);
  const wasLive = useRef(isLive(run));
  const live = isLive(run);
  const isLost = useLiveRun(run.id, live, (progress) => {
    setSamples((before) => withProgress(before, progress, Date.now()));
    if (isLive(progress)) return refresh();
    if (wasLive.current) finish();
    wasLive.current = false;
  });
  useHotkeys([["f", () => set(toggleFailures(filters))]]);
  const { previous, next } = useNeighbours(pages.rows, open, filters);
  const steps = {
    previous: previous === null ? null : () => set({ open: previous }),
    next: next === null ? null : () => set({ open: next }),
  };
  const close = () => set({ open: undefined });
  return (
    <Page fill>
      <PageHeader
        title={run.name}
        parents={parents}
        status={<RunStatus run={run} />}
        actions={<RunActions run={run} />}
      />
      <RunFacts run={run} />
      {run.error !== null && (
        <Alert color="red" title="The run was stopped by a fault">
          {run.error}
        </Alert>
      )}
      {run.status === "paused" && (
        <Alert color="yellow" title="The run is paused">
          <Stack gap="xs">
            {run.pause_reason ?? "Nothing is asked until it is resumed. What has been answered stays."}
            <RaiseBudget key={`${run.max_tokens} ${run.max_cost}`} run={run} />
          </Stack>
        </Alert>
      )}
      <RunProgress run={run} samples={samples} isLost={isLost} />
      <VerdictChips
        run={run}
        verdict={filters.verdict}
        onChange={(verdict) => set({ verdict, status: undefined, error_code: undefined, error_cause: undefined })}
      />
      <RunCauses test_run_id={run.id} filters={filters} onChange={set} />
      <RunFilters test_run_id={run.id} filters={filters} onChange={set} />
      <Beside>
        <DataTable
          label="Results"
          columns={resultColumns}
          pages={pages}
          openId={open}
          onOpen={(row) => set({ open: row.id })}
          onClose={close}
          steps={steps}
          idOrder="ascending"
          empty={
            hasFilters(filters) ? (
              <NothingMatches onClear={() => set(noFilters)} />
            ) : (
              <EmptyState title="No results">This run holds no results.</EmptyState>
            )
          }
        />
        {open !== undefined && (
          <ResultPanel
            id={open}
            run={run}
            filters={filters}
            onClose={close}
            onPrevious={steps.previous}
            onNext={steps.next}
          />
        )}
      </Beside>
    </Page>
  );
}

const sources = {
  run: "metrics named for this run",
  test_set: "the metrics of the set",
  requirement: "the metrics of each requirement",
};

function RunFacts({ run }: { run: TestRun }) {
  const { plan } = run;
  return (
    <Text size="sm" c="dimmed" component="div" className="break-words">
      <TextLink to="/test-sets/$id" params={{ id: run.test_set_id }} size="sm" underline="always">
        {run.test_set_name}
      </TextLink>
      {run.kind === "rescore" ? ": answers of " : " against "}
      <TextLink to="/endpoints/$id" params={{ id: run.endpoint_id }} size="sm" underline="always">
        {run.endpoint_name}
      </TextLink>
      {run.source_run_id !== null && (
        <>
          {" from "}
          <TextLink to="/test-runs/$id" params={{ id: run.source_run_id }} size="sm" underline="always">
            an earlier run
          </TextLink>
        </>
      )}
      {`, scored with ${sources[plan.metrics_source]}`}
      <ParametersUsed run={run} />
      {plan.repeats > 1 && `, each test ${plan.repeats} times`}
      {run.schedule_id !== null && (
        <>
          {", by the schedule "}
          <TextLink to="/test-runs/schedules/$id" params={{ id: run.schedule_id }} size="sm" underline="always">
            {run.schedule_name}
          </TextLink>
        </>
      )}
      {run.user_name !== null && `, ${run.schedule_id === null ? "started by" : "for"} ${run.user_name}`}
    </Text>
  );
}

export const Route = createLazyRoute("/test-runs/$id")({ component: TestRunPage });
