import { createRouter } from "@tanstack/react-router";
import { endpointRoutes } from "./features/endpoints/routes.ts";
import { experimentRoutes } from "./features/experiments/routes.ts";
import { homeRoutes } from "./features/home/routes.ts";
import { metricRoutes } from "./features/metrics/routes.ts";
import { modelRoutes } from "./features/models/routes.ts";
import { playgroundRoutes } from "./features/playground/routes.ts";
import { requirementRoutes } from "./features/requirements/routes.ts";
import { settingsRoutes } from "./features/settings/routes.ts";
import { testResultRoutes } from "./features/test-results/routes.ts";
import { testRunRoutes } from "./features/test-runs/routes.ts";
import { testSetRoutes } from "./features/test-sets/routes.ts";
import { testRoutes } from "./features/tests/routes.ts";
import { PageFailure } from "./shell/page-failure.tsx";
import { rootRoute } from "./shell/root-route.ts";

const routeTree = rootRoute.addChildren({
  ...homeRoutes,
  ...endpointRoutes,
  ...playgroundRoutes,
  ...requirementRoutes,
  ...metricRoutes,
  ...testRoutes,
  ...testSetRoutes,
  ...experimentRoutes,
  ...testRunRoutes,
  ...testResultRoutes,
  ...modelRoutes,
  ...settingsRoutes,
});

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPendingMs: 400,
  // Within the frame, so that one can go elsewhere.
  defaultErrorComponent: PageFailure,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
