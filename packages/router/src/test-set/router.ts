/** Test sets: ordered collections of tests, and where runs start. */
import { deleteAsset } from "@rhesis/db/asset";
import { listMetrics } from "@rhesis/db/queries/metric";
import { requireProject } from "@rhesis/db/queries/project";
import { getTestRun } from "@rhesis/db/queries/test-run";
import * as testSets from "@rhesis/db/queries/test-set";
import { preflightTestRun } from "@rhesis/services/test-run/preflight";
import { startTestRun } from "@rhesis/services/test-run/start";
import { addMetrics, removeMetrics } from "@rhesis/services/test-set/metrics";
import { addTests, removeTests } from "@rhesis/services/test-set/tests";
import { compiledOutput } from "../compiled-output.ts";
import { connectorOf, type TenantContext } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { inProjectScope, projectScope } from "../project-scope.ts";
import { requireFeature } from "../require-feature.ts";
import { withPlanSummary } from "../test-run/plan-summary.ts";
import { testRun } from "../test-run/schema.ts";
import { callingOutProcedure, procedure } from "../trpc.ts";
import * as schema from "./schema.ts";

const tags = ["Test sets"];

async function setInScope({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string) {
  return inProjectScope(identity, await testSets.getTestSet(tx, id), "test set");
}

export const testSetRouter = {
  list: procedure("test_set:read", { method: "GET", path: "/test-sets", tags, summary: "List test sets" })
    .input(schema.listTestSets)
    .output(schema.testSetPage)
    .query(({ ctx, input }) =>
      testSets.listTestSets(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("test_set:read", { method: "GET", path: "/test-sets/{id}", tags, summary: "Get a test set" })
    .input(byId)
    .output(schema.testSet)
    .query(({ ctx, input }) => setInScope(ctx, input.id)),

  create: procedure("test_set:create", {
    method: "POST",
    path: "/test-sets",
    tags,
    summary: "Create a test set",
    successStatus: 201,
  })
    .input(schema.createTestSet)
    .output(schema.testSet)
    .mutation(async ({ ctx, input }) => {
      projectScope(ctx.identity, input.project_id);
      await requireProject(ctx.tx, input.project_id);
      return testSets.createTestSet(ctx.tx, input);
    }),

  update: procedure("test_set:update", { method: "PATCH", path: "/test-sets/{id}", tags, summary: "Change a test set" })
    .input(schema.updateTestSet)
    .output(schema.testSet)
    .mutation(async ({ ctx, input: { id, expected_version, ...changes } }) => {
      await setInScope(ctx, id);
      return testSets.updateTestSet(ctx.tx, { id, expected_version }, changes);
    }),

  delete: procedure("test_set:delete", {
    method: "DELETE",
    path: "/test-sets/{id}",
    tags,
    summary: "Delete a test set",
    description: "Its tests and its runs stay.",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await setInScope(ctx, input.id);
      return deleteAsset(ctx.tx, "test_set", input);
    }),

  tests: procedure("test_set:read", {
    method: "GET",
    path: "/test-sets/{id}/tests",
    tags,
    summary: "List the tests of a set, in its order",
  })
    .input(schema.listTestsOfSet)
    .output(compiledOutput(schema.testsOfSetPage))
    .query(async ({ ctx, input }) => {
      const [page] = await Promise.all([testSets.listTestsOfSet(ctx.tx, input), setInScope(ctx, input.id)]);
      return page;
    }),

  add_tests: procedure("test_set:update", {
    method: "POST",
    path: "/test-sets/{id}/tests",
    tags,
    summary: "Add tests to a set",
    description: "They are appended in the order given. Those in the set already keep their place.",
  })
    .input(schema.addTestsToSet)
    .output(schema.testsAdded)
    .mutation(async ({ ctx, input }) => {
      await setInScope(ctx, input.id);
      return addTests(ctx.tx, input);
    }),

  remove_tests: procedure("test_set:update", {
    method: "POST",
    path: "/test-sets/{id}/tests/remove",
    tags,
    summary: "Take tests out of a set",
    description: "The tests themselves stay.",
  })
    .input(schema.changeTests)
    .output(schema.testsRemoved)
    .mutation(async ({ ctx, input }) => {
      await setInScope(ctx, input.id);
      return removeTests(ctx.tx, input);
    }),

  metrics: procedure("test_set:read", {
    method: "GET",
    path: "/test-sets/{id}/metrics",
    tags,
    summary: "List the metrics that score a set",
  })
    .input(schema.listMetricsOfSet)
    .output(schema.metricsOfSetPage)
    .query(async ({ ctx, input: { id, ...page } }) => {
      const [metrics] = await Promise.all([listMetrics(ctx.tx, { ...page, test_set_id: id }), setInScope(ctx, id)]);
      return metrics;
    }),

  add_metrics: procedure("test_set:update", {
    method: "POST",
    path: "/test-sets/{id}/metrics",
    tags,
    summary: "Score a set with metrics",
    description: "They take the place of the metrics of its tests' requirements.",
  })
    .input(schema.changeMetricsOfSet)
    .output(schema.metricsAdded)
    .mutation(async ({ ctx, input }) => {
      await setInScope(ctx, input.id);
      return addMetrics(ctx.tx, input);
    }),

  remove_metrics: procedure("test_set:update", {
    method: "POST",
    path: "/test-sets/{id}/metrics/remove",
    tags,
    summary: "Stop scoring a set with metrics",
  })
    .input(schema.changeMetricsOfSet)
    .output(schema.metricsRemoved)
    .mutation(async ({ ctx, input }) => {
      await setInScope(ctx, input.id);
      return removeMetrics(ctx.tx, input);
    }),

  preflight: callingOutProcedure("test_set:execute", {
    method: "POST",
    path: "/test-sets/{id}/preflight",
    tags,
    summary: "Try what a run would need",
    description:
      "Asks the endpoint the first test of the set, scores the answer, and asks each judge for a word. Nothing is stored.",
  })
    .input(schema.executeTestSet)
    .output(schema.preflight)
    .mutation(async ({ ctx, input: { id, ...args }, signal }) => {
      requireFeature(ctx, "endpoint_trial");
      const { organization_id } = ctx.identity;
      const project_id = projectScope(ctx.identity);
      const may_judge = ctx.features.llm_judge;
      await ctx.tenant.read((tx) => setInScope({ tx, identity: ctx.identity }, id));
      const own = { read: ctx.tenant.read, connectorFor: connectorOf(ctx) };
      const means = { ...own, ...ctx.platform, organization_id, project_id, signal };
      const checks = await preflightTestRun(means, { ...args, test_set_id: id, project_id, may_judge });
      return { ready: checks.every((check) => check.status !== "failed"), checks };
    }),

  execute: procedure("test_set:execute", {
    method: "POST",
    path: "/test-sets/{id}/execute",
    tags,
    summary: "Run a test set against an endpoint",
    description:
      "Fixes endpoint, metrics and models as they are now, and starts. The metrics are those named here, else those of " +
      "the set, else those of each test's requirement.",
    successStatus: 202,
    location: "/test-runs/{id}",
  })
    .input(schema.executeTestSet)
    .output(testRun)
    .mutation(async ({ ctx, input: { id, ...args } }) => {
      const project_id = projectScope(ctx.identity);
      const may_judge = ctx.features.llm_judge;
      const run_id = await startTestRun(ctx.tx, { ...args, test_set_id: id, project_id, may_judge });
      return withPlanSummary(await getTestRun(ctx.tx, run_id));
    }),
};
