import { createRoute } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root-route.ts";

export const homeRoutes = {
  home: createRoute({ getParentRoute: () => rootRoute, path: "/" }).lazy(() =>
    import("./home-page.tsx").then((page) => page.Route),
  ),
};
