import { createRootRoute, retainSearchParams } from "@tanstack/react-router";
import { z } from "zod/mini";
import { filter } from "../ui/list-search.ts";
import { AppFrame } from "./app-frame.tsx";
import { NotFound, PageFailure } from "./page-failure.tsx";

/** The frame around every page. The chosen project is part of every address and stays while one moves about. */
export const rootRoute = createRootRoute({
  validateSearch: z.object({ project: filter(z.uuid()) }),
  search: { middlewares: [retainSearchParams(["project"])] },
  component: AppFrame,
  notFoundComponent: NotFound,
  errorComponent: PageFailure,
});
