import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch } from "../../ui/list-search.ts";
import { providers } from "./providers.ts";

const provider = z.enum(providers);

export const modelRoutes = {
  models: createRoute({
    getParentRoute: () => rootRoute,
    path: "/models",
    validateSearch: z.object({ ...listSearch(["name", "created_at"]), provider: filter(provider) }),
  }).lazy(() => import("./models-page.tsx").then((page) => page.Route)),
  newModel: createRoute({
    getParentRoute: () => rootRoute,
    path: "/models/new",
    validateSearch: z.object({ provider: filter(provider) }),
  }).lazy(() => import("./new-model-page.tsx").then((page) => page.Route)),
  model: createRoute({ getParentRoute: () => rootRoute, path: "/models/$id" }).lazy(() =>
    import("./model-page.tsx").then((page) => page.Route),
  ),
};
