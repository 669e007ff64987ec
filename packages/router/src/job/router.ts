/** Jobs: work in the background, visible to the organization it is for. */
import * as jobs from "@rhesis/db/queries/job-view";
import { notFound } from "@rhesis/telemetry/app-error";
import { byId } from "../list.ts";
import { projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { job, jobPage, listJobs } from "./schema.ts";

const tags = ["Jobs"];

export const jobRouter = {
  list: procedure("job:read", { method: "GET", path: "/jobs", tags, summary: "List background work" })
    .input(listJobs)
    .output(jobPage)
    .query(({ ctx, input }) =>
      jobs.listJobs(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("job:read", { method: "GET", path: "/jobs/{id}", tags, summary: "Get a job" })
    .input(byId)
    .output(job)
    .query(async ({ ctx, input }) => {
      const row = await jobs.getJob(ctx.tx, input.id);
      const only = projectScope(ctx.identity);
      if (only !== undefined && row.project_id !== only) throw notFound("job");
      return row;
    }),
};
