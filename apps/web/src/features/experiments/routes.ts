import { createRoute } from "@tanstack/react-router";
import { z } from "zod/mini";
import type { Experiment } from "@rhesis/router/experiment/schema";
import { rootRoute } from "../../shell/root-route.ts";
import { filter, listSearch, oneOf } from "../../ui/list-search.ts";
import { ExperimentsFrame } from "./experiments-frame.tsx";

const visibility = oneOf<Experiment["visibility"]>({ private: true, shared: true });
const id = filter(z.uuid());
const version = filter(z.int().check(z.positive()));

export const experimentTabs = ["versions", "compare", "results"] as const;

const frame = createRoute({ getParentRoute: () => rootRoute, path: "/experiments", component: ExperimentsFrame });
const { q, sort } = listSearch(["created_at", "name"]);

export const experimentRoutes = {
  experimentsFrame: frame.addChildren({
    experiments: createRoute({
      getParentRoute: () => frame,
      path: "/",
      validateSearch: z.object({ q, sort, visibility: filter(visibility), mine: filter(z.boolean()) }),
    }).lazy(() => import("./experiments-page.tsx").then((page) => page.Route)),
    parameters: createRoute({
      getParentRoute: () => frame,
      path: "/parameters",
      validateSearch: z.object({ edit: filter(z.boolean()) }),
    }).lazy(() => import("../parameters/parameters-page.tsx").then((page) => page.Route)),
    environments: createRoute({
      getParentRoute: () => frame,
      path: "/environments",
      /** The environment that is about to be bound: "" for one that has yet to be named. */
      validateSearch: z.object({ bind: filter(z.string().check(z.maxLength(63))) }),
    }).lazy(() => import("./environments-page.tsx").then((page) => page.Route)),
    newExperiment: createRoute({ getParentRoute: () => frame, path: "/new" }).lazy(() =>
      import("./new-experiment-page.tsx").then((page) => page.Route),
    ),
  }),
  experiment: createRoute({
    getParentRoute: () => rootRoute,
    path: "/experiments/$id",
    validateSearch: z.object({
      tab: filter(z.enum(experimentTabs)),
      /** The version that is open beside the list. */
      version,
      /** The versions that are compared. */
      from: version,
      to: version,
      /** What is the same is shown as well. */
      all: filter(z.boolean()),
      /** Of the results: only of this test set, and the version the others are held against. */
      test_set: id,
      against: version,
    }),
  }).lazy(() => import("./experiment-page.tsx").then((page) => page.Route)),
  newVersion: createRoute({
    getParentRoute: () => rootRoute,
    path: "/experiments/$id/new-version",
    validateSearch: z.object({ from: version }),
  }).lazy(() => import("./new-version-page.tsx").then((page) => page.Route)),
};
