import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch } from "../../ui/list-search.ts";

export const endpointRoutes = {
  endpoints: createRoute({
    getParentRoute: () => rootRoute,
    path: "/endpoints",
    validateSearch: z.object({
      ...listSearch(["name", "created_at"]),
      environment: filter(z.enum(["production", "staging", "development", "local"])),
    }),
  }).lazy(() => import("./endpoints-page.tsx").then((page) => page.Route)),
  newEndpoint: createRoute({ getParentRoute: () => rootRoute, path: "/endpoints/new" }).lazy(() =>
    import("./new-endpoint-page.tsx").then((page) => page.Route),
  ),
  endpoint: createRoute({ getParentRoute: () => rootRoute, path: "/endpoints/$id" }).lazy(() =>
    import("./endpoint-page.tsx").then((page) => page.Route),
  ),
};
