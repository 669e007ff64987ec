import { Select } from "@mantine/core";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useProjectId } from "../../shell/project.ts";
import { NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
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

const noFilters = { q: undefined, status: undefined, test_set: undefined, endpoint: undefined };

function TestRunsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-runs" });
  const project_id = useProjectId();
  const { q, sort, status, test_set, endpoint } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const isFiltered = q !== undefined || status !== undefined || test_set !== undefined || endpoint !== undefined;
  return (
    <Page fill>
      <PageHeader
        title="Runs"
        description="Each run asks an endpoint every test of a set and scores the answers."
        actions={<ButtonLink to="/test-sets">Start a run</ButtonLink>}
      />
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
      </FilterBar>
      <RunsTable
        test_set_id={test_set}
        endpoint_id={endpoint}
        status={status}
        q={q}
        sort={sort}
        onSort={(by) => set({ sort: by })}
        {...(isFiltered ? { empty: <NothingMatches onClear={() => set(noFilters)} /> } : {})}
      />
    </Page>
  );
}

export const Route = createLazyRoute("/test-runs")({ component: TestRunsPage });
