import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch, oneOf } from "../../ui/list-search.ts";
import { RunsFrame } from "./runs-frame.tsx";
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

const frame = createRoute({ getParentRoute: () => rootRoute, path: "/test-runs", component: RunsFrame });
const schedules = listSearch(["created_at", "name"]);

export const testRunRoutes = {
  testRunsFrame: frame.addChildren({
    testRuns: createRoute({
      getParentRoute: () => frame,
      path: "/",
      validateSearch: z.object({
        q,
        sort,
        status: filter(runStatus),
        test_set: id,
        endpoint: id,
        experiment: id,
        version,
        schedule: id,
      }),
    }).lazy(() => import("./test-runs-page.tsx").then((page) => page.Route)),
    schedules: createRoute({
      getParentRoute: () => frame,
      path: "/schedules",
      validateSearch: z.object({ q: schedules.q, sort: schedules.sort }),
    }).lazy(() => import("../schedules/schedules-page.tsx").then((page) => page.Route)),
    newSchedule: createRoute({
      getParentRoute: () => frame,
      path: "/schedules/new",
      validateSearch: z.object({ test_set: id, endpoint: id }),
    }).lazy(() => import("../schedules/new-schedule-page.tsx").then((page) => page.Route)),
    schedule: createRoute({ getParentRoute: () => frame, path: "/schedules/$id" }).lazy(() =>
      import("../schedules/schedule-page.tsx").then((page) => page.Route),
    ),
  }),
  testRun: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-runs/$id",
    validateSearch: z.object({ open: id, ...resultFilters }),
  }).lazy(() => import("./test-run-page.tsx").then((page) => page.Route)),
};
