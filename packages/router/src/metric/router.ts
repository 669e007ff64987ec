/** Metrics: how answers are scored. */
import { deleteAsset } from "@rhesis/db/asset";
import * as metrics from "@rhesis/db/queries/metric";
import { metricCatalog as catalog } from "@rhesis/engine/metric/catalog";
import { createMetric as addMetric } from "@rhesis/services/metric/create";
import { tryMetric as scoreSample } from "@rhesis/services/metric/try";
import { updateMetric as changeMetric } from "@rhesis/services/metric/update";
import { z } from "zod";
import { byId, byVersion, deletion } from "../list.ts";
import { callingOutProcedure, procedure } from "../trpc.ts";
import {
  createMetric,
  listMetrics,
  metric,
  metricCatalog,
  metricPage,
  metricTrial,
  tryMetric,
  updateMetric,
} from "./schema.ts";

const tags = ["Metrics"];

export const metricRouter = {
  list: procedure("metric:read", { method: "GET", path: "/metrics", tags, summary: "List metrics" })
    .input(listMetrics)
    .output(metricPage)
    .query(({ ctx, input }) => metrics.listMetrics(ctx.tx, input)),

  catalog: procedure("metric:read", {
    method: "GET",
    path: "/metrics/catalog",
    tags,
    summary: "List the kinds of metrics",
    description: "Each with its formula, what it needs, and an example of what it gives.",
  })
    .input(z.strictObject({}))
    .output(metricCatalog)
    .query(() => ({ items: catalog })),

  get: procedure("metric:read", { method: "GET", path: "/metrics/{id}", tags, summary: "Get a metric" })
    .input(byId)
    .output(metric)
    .query(({ ctx, input }) => metrics.getMetric(ctx.tx, input.id)),

  create: procedure("metric:create", {
    method: "POST",
    path: "/metrics",
    tags,
    summary: "Create a metric",
    successStatus: 201,
  })
    .input(createMetric)
    .output(metric)
    .mutation(({ ctx, input }) => addMetric(ctx.tx, input)),

  update: procedure("metric:update", { method: "PATCH", path: "/metrics/{id}", tags, summary: "Change a metric" })
    .input(updateMetric)
    .output(metric)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      changeMetric(ctx.tx, { id, expected_version }, changes),
    ),

  delete: procedure("metric:delete", { method: "DELETE", path: "/metrics/{id}", tags, summary: "Delete a metric" })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, "metric", input)),

  try: callingOutProcedure("metric:try", {
    method: "POST",
    path: "/metrics/try",
    tags,
    summary: "Score a sample answer",
    description: "With a stored metric or a draft of one. Nothing is stored.",
  })
    .input(tryMetric)
    .output(metricTrial)
    .mutation(({ ctx, input: { metric_id, parameters, model_id, ...sample }, signal }) =>
      scoreSample(
        {
          read: ctx.tenant.read,
          ...ctx.platform,
          organization_id: ctx.identity.organization_id,
          may_judge: ctx.features.llm_judge,
          signal,
        },
        { metric_id, parameters, model_id },
        sample,
      ),
    ),
};
