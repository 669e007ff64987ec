import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { resultFilters } from "./result-filters.ts";

export const testResultRoutes = {
  testResult: createRoute({
    getParentRoute: () => rootRoute,
    path: "/test-results/$id",
    validateSearch: z.object(resultFilters),
  }).lazy(() => import("./test-result-page.tsx").then((page) => page.Route)),
};
