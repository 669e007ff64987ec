/** Which results of a run are shown: the same in the address of the run, of one result, and in what the server is asked. */
import { z } from "zod/mini";
import type { ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { TestResultItem } from "@rhesis/router/test-result/schema";
import { filter, oneOf, searchFor } from "../../ui/list-search.ts";

/** The zod shape of the address. */
export const resultFilters = {
  q: searchFor,
  verdict: filter(oneOf<ResultVerdict>({ pass: true, fail: true, inconclusive: true, error: true })),
  status: filter(oneOf<TestResultItem["status"]>({ pending: true, completed: true, cancelled: true })),
  requirement: filter(z.uuid()),
  metric: filter(z.uuid()),
  metric_verdict: filter(oneOf<ScoreVerdict>({ pass: true, fail: true, inconclusive: true })),
};

const address = z.object(resultFilters);
export type ResultFilters = z.infer<typeof address>;

/** The filters as the list and the single result take them. A verdict of a metric means nothing without the metric. */
export function asInput(filters: ResultFilters) {
  const { q, verdict, status, requirement, metric, metric_verdict } = filters;
  return {
    ...(q === undefined || q === "" ? {} : { q }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(status === undefined ? {} : { status }),
    ...(requirement === undefined ? {} : { requirement_id: requirement }),
    ...(metric === undefined ? {} : { metric_id: metric }),
    ...(metric === undefined || metric_verdict === undefined ? {} : { metric_verdict }),
  };
}

/** Only the filters of an address that holds more. */
export function filtersOf(search: ResultFilters): ResultFilters {
  const { q, verdict, status, requirement, metric, metric_verdict } = search;
  return { q, verdict, status, requirement, metric, metric_verdict };
}

export function hasFilters(filters: ResultFilters): boolean {
  return Object.keys(asInput(filters)).length > 0;
}

/** Only failures, or all again: what one key does. */
export function toggleFailures(filters: ResultFilters): ResultFilters {
  return filters.verdict === "fail"
    ? { ...filters, verdict: undefined }
    : { ...filters, verdict: "fail", status: undefined };
}
