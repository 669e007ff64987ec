import { Select } from "@mantine/core";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useProjectId } from "../../shell/project.ts";
import { NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { ExperimentSelect } from "../experiments/experiment-select.tsx";
import { VersionSelect } from "../experiments/version-select.tsx";
import { ScheduleSelect } from "../schedules/schedule-select.tsx";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { RunsTable } from "./runs-table.tsx";

const states = [
  { value: "queued", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "paused", label: "Paused" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Stopped by a fault" },
  { value: "cancelled", label: "Cancelled" },
] as const;

const noFilters = {
  q: undefined,
  status: undefined,
  test_set: undefined,
  endpoint: undefined,
  experiment: undefined,
  version: undefined,
  schedule: undefined,
};

/** The filters of the address, and setting them. */
function useFilters() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-runs" });
  const { q, status, test_set, endpoint, experiment, schedule } = search;
  return {
    search,
    set: (changes: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...changes }), replace: true }),
    isFiltered: [q, status, test_set, endpoint, experiment, schedule].some((each) => each !== undefined),
  };
}

function TestRunsPage() {
  const { search, set, isFiltered } = useFilters();
  const { q, sort, status, test_set, endpoint, experiment, version, schedule } = search;
  return (
    <Page fill>
      <PageHeader
        title="Runs"
        description="Each run asks an endpoint every test of a set and scores the answers."
        actions={<ButtonLink to="/test-sets">Start a run</ButtonLink>}
      />
      <Filters />
      <RunsTable
        test_set_id={test_set}
        endpoint_id={endpoint}
        experiment_id={experiment}
        experiment_version={experiment === undefined ? undefined : version}
        schedule_id={schedule}
        status={status}
        q={q}
        sort={sort}
        onSort={(by) => set({ sort: by })}
        {...(isFiltered ? { empty: <NothingMatches onClear={() => set(noFilters)} /> } : {})}
      />
    </Page>
  );
}

function Filters() {
  const project_id = useProjectId();
  const { search, set, isFiltered } = useFilters();
  const { q, status, test_set, experiment, version, schedule } = search;
  return (
    <FilterBar onClear={isFiltered ? () => set(noFilters) : null}>
      <SearchField value={q} onChange={(text) => set({ q: text })} label="Search runs" />
      <Select
        aria-label="State"
        placeholder="Any state"
        w={180}
        clearable
        data={[...states]}
        value={status ?? null}
        onChange={(value) => set({ status: value ?? undefined })}
      />
      <TestSetSelect
        compact
        project_id={project_id}
        value={test_set ?? null}
        onChange={(id) => set({ test_set: id ?? undefined })}
      />
      <ExperimentSelect
        compact
        project_id={project_id}
        value={experiment ?? null}
        onChange={(id) => set({ experiment: id ?? undefined, version: undefined })}
      />
      {experiment !== undefined && (
        <VersionSelect
          compact
          clearable
          label="Version"
          placeholder="Any version"
          experiment_id={experiment}
          value={version ?? null}
          onChange={(number) => set({ version: number ?? undefined })}
        />
      )}
      {schedule !== undefined && (
        <ScheduleSelect
          compact
          project_id={project_id}
          value={schedule}
          onChange={(id) => set({ schedule: id ?? undefined })}
        />
      )}
    </FilterBar>
  );
}

export const Route = createLazyRoute("/test-runs/")({ component: TestRunsPage });
