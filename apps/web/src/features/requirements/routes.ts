import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { listSearch } from "../../ui/list-search.ts";

export const requirementRoutes = {
  requirements: createRoute({
    getParentRoute: () => rootRoute,
    path: "/requirements",
    validateSearch: z.object(listSearch(["created_at", "name"])),
  }).lazy(() => import("./requirements-page.tsx").then((page) => page.Route)),
  newRequirement: createRoute({ getParentRoute: () => rootRoute, path: "/requirements/new" }).lazy(() =>
    import("./new-requirement-page.tsx").then((page) => page.Route),
  ),
  requirement: createRoute({ getParentRoute: () => rootRoute, path: "/requirements/$id" }).lazy(() =>
    import("./requirement-page.tsx").then((page) => page.Route),
  ),
};
