/** Requirements: what an application has to get right. */
import { deleteAsset } from "@rhesis/db/asset";
import * as requirements from "@rhesis/db/queries/requirement";
import { listMetrics } from "@rhesis/db/queries/metric";
import { addMetrics, removeMetrics } from "@rhesis/services/requirement/metrics";
import { byId, byVersion, deletion } from "../list.ts";
import { procedure } from "../trpc.ts";
import {
  changeMetrics,
  createRequirement,
  listRequirementMetrics,
  listRequirements,
  metricsAdded,
  metricsRemoved,
  requirement,
  requirementDetail,
  requirementMetricPage,
  requirementPage,
  updateRequirement,
} from "./schema.ts";

const tags = ["Requirements"];

export const requirementRouter = {
  list: procedure("requirement:read", { method: "GET", path: "/requirements", tags, summary: "List requirements" })
    .input(listRequirements)
    .output(requirementPage)
    .query(({ ctx, input }) => requirements.listRequirements(ctx.tx, input)),

  get: procedure("requirement:read", { method: "GET", path: "/requirements/{id}", tags, summary: "Get a requirement" })
    .input(byId)
    .output(requirementDetail)
    .query(async ({ ctx, input }) => {
      const [row, use] = await Promise.all([
        requirements.getRequirement(ctx.tx, input.id),
        requirements.countRequirementUse(ctx.tx, input.id),
      ]);
      return { ...row, ...use };
    }),

  create: procedure("requirement:create", {
    method: "POST",
    path: "/requirements",
    tags,
    summary: "Create a requirement",
    successStatus: 201,
  })
    .input(createRequirement)
    .output(requirement)
    .mutation(({ ctx, input }) => requirements.createRequirement(ctx.tx, input)),

  update: procedure("requirement:update", {
    method: "PATCH",
    path: "/requirements/{id}",
    tags,
    summary: "Change a requirement",
  })
    .input(updateRequirement)
    .output(requirement)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      requirements.updateRequirement(ctx.tx, { id, expected_version }, changes),
    ),

  delete: procedure("requirement:delete", {
    method: "DELETE",
    path: "/requirements/{id}",
    tags,
    summary: "Delete a requirement",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, "requirement", input)),

  metrics: procedure("requirement:read", {
    method: "GET",
    path: "/requirements/{id}/metrics",
    tags,
    summary: "List the metrics that score a requirement",
  })
    .input(listRequirementMetrics)
    .output(requirementMetricPage)
    .query(async ({ ctx, input: { id, ...page } }) => {
      const [metrics] = await Promise.all([
        listMetrics(ctx.tx, { ...page, requirement_id: id }),
        requirements.getRequirement(ctx.tx, id),
      ]);
      return metrics;
    }),

  add_metrics: procedure("requirement:update", {
    method: "POST",
    path: "/requirements/{id}/metrics",
    tags,
    summary: "Score a requirement with metrics",
    description: "Those that are there already stay as they are.",
  })
    .input(changeMetrics)
    .output(metricsAdded)
    .mutation(({ ctx, input }) => addMetrics(ctx.tx, input)),

  remove_metrics: procedure("requirement:update", {
    method: "POST",
    path: "/requirements/{id}/metrics/remove",
    tags,
    summary: "Stop scoring a requirement with metrics",
  })
    .input(changeMetrics)
    .output(metricsRemoved)
    .mutation(({ ctx, input }) => removeMetrics(ctx.tx, input)),
};
