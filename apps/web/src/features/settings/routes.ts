import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch } from "../../ui/list-search.ts";
import { SettingsFrame } from "./settings-frame.tsx";

const settingsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/settings", component: SettingsFrame });
const open = filter(z.uuid());

export const settingsRoutes = {
  settings: settingsRoute.addChildren({
    organization: createRoute({ getParentRoute: () => settingsRoute, path: "/" }).lazy(() =>
      import("./organization-page.tsx").then((page) => page.Route),
    ),
    newOrganization: createRoute({ getParentRoute: () => settingsRoute, path: "/new-organization" }).lazy(() =>
      import("./new-organization-page.tsx").then((page) => page.Route),
    ),
    appearance: createRoute({ getParentRoute: () => settingsRoute, path: "/appearance" }).lazy(() =>
      import("./appearance-page.tsx").then((page) => page.Route),
    ),
    members: createRoute({ getParentRoute: () => settingsRoute, path: "/members" }).lazy(() =>
      import("../members/members-page.tsx").then((page) => page.Route),
    ),
    projects: createRoute({
      getParentRoute: () => settingsRoute,
      path: "/projects",
      validateSearch: z.object(listSearch(["name", "created_at"])),
    }).lazy(() => import("../projects/projects-page.tsx").then((page) => page.Route)),
    tokens: createRoute({
      getParentRoute: () => settingsRoute,
      path: "/tokens",
      validateSearch: z.object({ revoked: filter(z.boolean()), mine: filter(z.boolean()) }),
    }).lazy(() => import("../tokens/tokens-page.tsx").then((page) => page.Route)),
    newToken: createRoute({ getParentRoute: () => settingsRoute, path: "/tokens/new" }).lazy(() =>
      import("../tokens/new-token-page.tsx").then((page) => page.Route),
    ),
    recycleBin: createRoute({
      getParentRoute: () => settingsRoute,
      path: "/recycle-bin",
      validateSearch: z.object({ ...listSearch(["created_at"]), type: filter(z.string().check(z.maxLength(40))) }),
    }).lazy(() => import("./recycle-bin-page.tsx").then((page) => page.Route)),
    auditLog: createRoute({
      getParentRoute: () => settingsRoute,
      path: "/audit-log",
      validateSearch: z.object({
        open,
        type: filter(z.string().check(z.maxLength(40))),
        sort: listSearch(["created_at"]).sort,
      }),
    }).lazy(() => import("./audit-log-page.tsx").then((page) => page.Route)),
  }),
};
