import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch, oneOf } from "../../ui/list-search.ts";
import { resultFilters } from "../test-results/result-filters.ts";

const runStatus = oneOf<TestRunItem["status"]>({
  queued: true,
  running: true,
  paused: true,
  completed: true,
  failed: true,
  cancelled: true,
});
const id = filter(z.uuid());
/** Of the experiment. */
const version = filter(z.int().check(z.positive()));
const { q, sort } = listSearch(["created_at"]);

export const testRunRoutes = {
  testRuns: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-runs",
    validateSearch: z.object({
      q,
      sort,
      status: filter(runStatus),
      test_set: id,
      endpoint: id,
      experiment: id,
      version,
    }),
  }).lazy(() => import("./test-runs-page.tsx").then((page) => page.Route)),
  testRun: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-runs/$id",
    validateSearch: z.object({ open: id, ...resultFilters }),
  }).lazy(() => import("./test-run-page.tsx").then((page) => page.Route)),
};
