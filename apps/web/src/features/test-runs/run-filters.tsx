import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { scoreVerdicts } from "@rhesis/engine/metric/schema";
import { trpc } from "../../api/trpc.ts";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import type { ResultFilters } from "../test-results/result-filters.ts";

type Props = { test_run_id: string; filters: ResultFilters; onChange: (changes: Partial<ResultFilters>) => void };

const words = { pass: "passes", fail: "fails", inconclusive: "is inconclusive" };

const noFilters = {
  q: undefined,
  requirement: undefined,
  metric: undefined,
  metric_verdict: undefined,
  error_code: undefined,
  error_cause: undefined,
};

/** Search and filters of a run's results. What can be chosen is what the run holds. */
export function RunFilters({ test_run_id, filters, onChange }: Props) {
  const { data } = useQuery(trpc.test_result.summary.queryOptions({ test_run_id }));
  const { q, requirement, metric, metric_verdict, error_code, error_cause } = filters;
  const requirements = (data?.by_requirement ?? []).flatMap(({ requirement_id, requirement_name, fail, error }) =>
    requirement_id === null
      ? []
      : [{ value: requirement_id, label: `${requirement_name ?? "Deleted requirement"}${tail(fail + error)}` }],
  );
  const metrics = (data?.by_metric ?? []).map(({ metric_id, metric_name, fail }) => ({
    value: metric_id,
    label: `${metric_name}${tail(fail)}`,
  }));
  const isFiltered = [q, requirement, metric, error_code, error_cause].some((each) => each !== undefined);
  const clear = () => onChange(noFilters);
  return (
    <FilterBar onClear={isFiltered ? clear : null}>
      <SearchField value={q} onChange={(text) => onChange({ q: text })} label="Search inputs and answers" />
      <Select
        aria-label="Requirement"
        placeholder="Any requirement"
        w={200}
        clearable
        searchable
        data={requirements}
        value={requirement ?? null}
        onChange={(value) => onChange({ requirement: value ?? undefined })}
      />
      <Select
        aria-label="Metric"
        placeholder="Any metric"
        w={200}
        clearable
        searchable
        data={metrics}
        value={metric ?? null}
        onChange={(value) =>
          onChange({
            metric: value ?? undefined,
            metric_verdict: value === null ? undefined : (metric_verdict ?? "fail"),
          })
        }
      />
      {metric !== undefined && (
        <Select
          aria-label="What the metric says"
          placeholder="any verdict"
          w={160}
          clearable
          data={scoreVerdicts.map((value) => ({ value, label: words[value] }))}
          value={metric_verdict ?? null}
          onChange={(value) => onChange({ metric_verdict: value ?? undefined })}
        />
      )}
    </FilterBar>
  );
}

function tail(failures: number): string {
  return failures === 0 ? "" : ` (${failures.toLocaleString("en")} not passing)`;
}
