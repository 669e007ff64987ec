import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { parametersWays } from "../experiments/parameters-request.ts";
import { filter, listSearch } from "../../ui/list-search.ts";

export const testSetTabs = ["tests", "metrics", "runs"] as const;

export const testSetRoutes = {
  testSets: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-sets",
    validateSearch: z.object(listSearch(["created_at", "name"])),
  }).lazy(() => import("./test-sets-page.tsx").then((page) => page.Route)),
  newTestSet: createRoute({ getParentRoute: () => rootRoute, path: "/test-sets/new" }).lazy(() =>
    import("./new-test-set-page.tsx").then((page) => page.Route),
  ),
  testSet: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-sets/$id",
    validateSearch: z.object({
      tab: filter(z.enum(testSetTabs)),
      // Of the tests, which are the first tab.
      ...listSearch(["position"]),
      /** The drawer that starts a run is open. */
      run: filter(z.boolean()),
      endpoint: filter(z.uuid()),
      /** The version of parameters that the run is made with: see `wayOf`. */
      with: filter(z.enum(parametersWays)),
      environment: filter(z.string().check(z.maxLength(63))),
      experiment: filter(z.uuid()),
      version: filter(z.int().check(z.positive())),
    }),
  }).lazy(() => import("./test-set-page.tsx").then((page) => page.Route)),
};
