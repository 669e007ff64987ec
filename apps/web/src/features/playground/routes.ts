import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { filter } from "../../ui/list-search.ts";

export const playgroundRoutes = {
  playground: createRoute({
    getParentRoute: () => rootRoute,
    path: "/playground",
    // The endpoint that is spoken to, and the one beside it.
    validateSearch: z.object({ endpoint: filter(z.uuid()), beside: filter(z.uuid()) }),
  }).lazy(() => import("./playground-page.tsx").then((page) => page.Route)),
};
