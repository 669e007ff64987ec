import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch } from "../../ui/list-search.ts";

const id = filter(z.uuid());

export const testRoutes = {
  tests: createRoute({
    getParentRoute: () => rootRoute,
    path: "/tests",
    validateSearch: z.object({
      ...listSearch(["created_at"]),
      requirement: id,
      topic: id,
      category: id,
      test_set: id,
    }),
  }).lazy(() => import("./tests-page.tsx").then((page) => page.Route)),
  newTest: createRoute({
    getParentRoute: () => rootRoute,
    path: "/tests/new",
    // What the new test belongs to once it is there.
    validateSearch: z.object({ test_set: id, requirement: id }),
  }).lazy(() => import("./new-test-page.tsx").then((page) => page.Route)),
  pasteTests: createRoute({
    getParentRoute: () => rootRoute,
    path: "/tests/paste",
    validateSearch: z.object({ test_set: id }),
  }).lazy(() => import("./paste-tests-page.tsx").then((page) => page.Route)),
  test: createRoute({ getParentRoute: () => rootRoute, path: "/tests/$id" }).lazy(() =>
    import("./test-page.tsx").then((page) => page.Route),
  ),
};
