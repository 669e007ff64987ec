import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import type { MetricImplementation } from "@rhesis/engine/metric/schema";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch, oneOf } from "../../ui/list-search.ts";

const kind = filter(
  oneOf<MetricImplementation>({
    exact_match: true,
    contains: true,
    not_contains: true,
    regex: true,
    json_valid: true,
    json_schema: true,
    json_path_equals: true,
    numeric_tolerance: true,
    levenshtein: true,
    bleu: true,
    rouge_l: true,
    length: true,
    latency: true,
    refusal: true,
    judge_numeric: true,
    judge_categorical: true,
  }),
);
const id = filter(z.uuid());

export const metricRoutes = {
  metrics: createRoute({
    getParentRoute: () => rootRoute,
    path: "/metrics",
    validateSearch: z.object({ ...listSearch(["created_at", "name"]), kind }),
  }).lazy(() => import("./metrics-page.tsx").then((page) => page.Route)),
  newMetric: createRoute({
    getParentRoute: () => rootRoute,
    path: "/metrics/new",
    // What the new metric is attached to once it is there.
    validateSearch: z.object({ kind, requirement: id, test_set: id }),
  }).lazy(() => import("./new-metric-page.tsx").then((page) => page.Route)),
  metric: createRoute({ getParentRoute: () => rootRoute, path: "/metrics/$id" }).lazy(() =>
    import("./metric-page.tsx").then((page) => page.Route),
  ),
};
