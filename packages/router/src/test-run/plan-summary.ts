import type { TestRunRow } from "@rhesis/db/queries/test-run";
import type { PlanSummary } from "./schema.ts";

/** A run with what people need to know of its plan. Headers, query and bodies of calls stay out: they may hold secrets. */
export function withPlanSummary({ plan, ...run }: TestRunRow): Omit<TestRunRow, "plan"> & { plan: PlanSummary } {
  const { endpoint, metrics, models } = plan;
  const { url: whole, method, connector } = endpoint.config;
  const url = whole?.split(/[?#]/)[0] ?? null;
  return {
    ...run,
    plan: {
      endpoint: { id: endpoint.id, name: endpoint.name, url, method, connector: connector ?? null },
      metrics: metrics.map(({ id, name, parameters, model_id }) => ({
        id,
        name,
        implementation: parameters.implementation,
        parameters,
        model_id,
      })),
      metrics_source: plan.metrics_source,
      models: models.map(({ id, name, config }) => ({
        id,
        name,
        provider: config.provider,
        model_name: config.model_name,
      })),
      params: plan.params,
      parameters: plan.parameters ?? null,
      concurrency: plan.concurrency,
      repeats: plan.repeats,
      pause_after_errors: plan.pause_after_errors,
    },
  };
}
