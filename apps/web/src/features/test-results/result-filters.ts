/** Which results of a run are shown: the same in the address of the run, of one result, and in what the server is asked. */
import { z } from "zod/mini";
import type { ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { TargetErrorCode } from "@rhesis/engine/target/schema";
import type { TestResultItem } from "@rhesis/router/test-result/schema";
import { filter, oneOf, searchFor } from "../../ui/list-search.ts";

const errorCode = oneOf<TargetErrorCode>({
  timeout: true,
  connection_failed: true,
  connection_closed: true,
  address_refused: true,
  http_error: true,
  rate_limited: true,
  too_large: true,
  too_many_redirects: true,
  not_json: true,
  empty_answer: true,
  stream_error: true,
  mapping_failed: true,
  not_connected: true,
  function_failed: true,
  auth_failed: true,
  attempts_exhausted: true,
  cancelled: true,
});

/** The zod shape of the address. */
export const resultFilters = {
  q: searchFor,
  verdict: filter(oneOf<ResultVerdict>({ pass: true, fail: true, inconclusive: true, error: true })),
  status: filter(oneOf<TestResultItem["status"]>({ pending: true, completed: true, cancelled: true })),
  requirement: filter(z.uuid()),
  metric: filter(z.uuid()),
  metric_verdict: filter(oneOf<ScoreVerdict>({ pass: true, fail: true, inconclusive: true })),
  error_code: filter(errorCode),
  error_cause: filter(z.string().check(z.maxLength(200))),
};

const address = z.object(resultFilters);
export type ResultFilters = z.infer<typeof address>;

/** The filters as the list and the single result take them. A verdict of a metric means nothing without the metric. */
export function asInput(filters: ResultFilters) {
  const { q, verdict, status, requirement, metric, metric_verdict, error_code, error_cause } = filters;
  return {
    ...(q === undefined || q === "" ? {} : { q }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(status === undefined ? {} : { status }),
    ...(requirement === undefined ? {} : { requirement_id: requirement }),
    ...(metric === undefined ? {} : { metric_id: metric }),
    ...(metric === undefined || metric_verdict === undefined ? {} : { metric_verdict }),
    ...(error_code === undefined ? {} : { error_code }),
    ...(error_cause === undefined ? {} : { error_cause }),
  };
}

/** Only the filters of an address that holds more. */
export function filtersOf(search: ResultFilters): ResultFilters {
  const { q, verdict, status, requirement, metric, metric_verdict, error_code, error_cause } = search;
  return { q, verdict, status, requirement, metric, metric_verdict, error_code, error_cause };
}

export function hasFilters(filters: ResultFilters): boolean {
  return Object.keys(asInput(filters)).length > 0;
}

/** Only failures, or all again: what one key does. */
export function toggleFailures(filters: ResultFilters): ResultFilters {
  return filters.verdict === "fail"
    ? { ...filters, verdict: undefined }
    : { ...filters, verdict: "fail", status: undefined, error_code: undefined, error_cause: undefined };
}
