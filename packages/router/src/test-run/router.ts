/** Test runs: executions of a test set against an endpoint. */
import { deleteAsset, patchAsset } from "@rhesis/db/asset";
import * as testRuns from "@rhesis/db/queries/test-run";
import { raiseBudget } from "@rhesis/services/test-run/budget";
import { cancelTestRun } from "@rhesis/services/test-run/cancel";
import { pauseTestRun as pauseRun, resumeTestRun } from "@rhesis/services/test-run/pause";
import { rescoreTestRun as rescoreRun } from "@rhesis/services/test-run/rescore";
import { retryTestRun as retryRun } from "@rhesis/services/test-run/retry-failed";
import { compiledOutput } from "../compiled-output.ts";
import type { TenantContext } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { liveEvents } from "../live.ts";
import { inProjectScope, projectScope } from "../project-scope.ts";
import { callingOutProcedure, procedure } from "../trpc.ts";
import { followTestRun } from "./follow.ts";
import { withPlanSummary } from "./plan-summary.ts";
import {
  listTestRuns,
  pauseTestRun,
  raiseBudgetOfRun,
  rescoreTestRun,
  retryTestRun,
  testRun,
  testRunPage,
  testRunProgress,
  updateTestRun,
  watchTestRun,
} from "./schema.ts";

const tags = ["Test runs"];

type Ctx = Pick<TenantContext, "tx" | "identity">;

async function runInScope({ tx, identity }: Ctx, id: string) {
  return withPlanSummary(inProjectScope(identity, await testRuns.getTestRun(tx, id), "test run"));
}

async function requireInScope({ tx, identity }: Ctx, id: string): Promise<void> {
  inProjectScope(identity, await testRuns.readRunProgress(tx, id), "test run");
}

export const testRunRouter = {
  list: procedure("test_run:read", { method: "GET", path: "/test-runs", tags, summary: "List test runs" })
    .input(listTestRuns)
    .output(compiledOutput(testRunPage))
    .query(({ ctx, input }) =>
      testRuns.listTestRuns(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("test_run:read", { method: "GET", path: "/test-runs/{id}", tags, summary: "Get a test run" })
    .input(byId)
    .output(testRun)
    .query(({ ctx, input }) => runInScope(ctx, input.id)),

  update: procedure("test_run:update", { method: "PATCH", path: "/test-runs/{id}", tags, summary: "Rename a test run" })
    .input(updateTestRun)
    .output(testRun)
    .mutation(async ({ ctx, input: { id, expected_version, name } }) => {
      await requireInScope(ctx, id);
      await patchAsset(ctx.tx, "test_run", { id, expected_version }, { name }, ["id"]);
      return runInScope(ctx, id);
    }),

  delete: procedure("test_run:delete", {
    method: "DELETE",
    path: "/test-runs/{id}",
    tags,
    summary: "Delete a test run",
    description: "One that is not over is stopped.",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      return deleteAsset(ctx.tx, "test_run", input);
    }),

  cancel: procedure("test_run:cancel", {
    method: "POST",
    path: "/test-runs/{id}/cancel",
    tags,
    summary: "Cancel a test run",
    description: "One that has not begun is cancelled at once, one at work stops within seconds. Its results stay.",
  })
    .input(byId)
    .output(testRun)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      await cancelTestRun(ctx.tx, input.id);
      return runInScope(ctx, input.id);
    }),

  pause: procedure("test_run:pause", {
    method: "POST",
    path: "/test-runs/{id}/pause",
    tags,
    summary: "Pause a test run",
    description: "Nothing new is begun, calls under way end and keep their results. It rests until it is resumed.",
  })
    .input(pauseTestRun)
    .output(testRun)
    .mutation(async ({ ctx, input: { id, reason = null } }) => {
      await requireInScope(ctx, id);
      await pauseRun(ctx.tx, { id, reason });
      return runInScope(ctx, id);
    }),

  resume: procedure("test_run:pause", {
    method: "POST",
    path: "/test-runs/{id}/resume",
    tags,
    summary: "Go on with a paused test run",
    description: "Its open results are asked under the same plan.",
  })
    .input(byId)
    .output(testRun)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      await resumeTestRun(ctx.tx, input.id);
      return runInScope(ctx, input.id);
    }),

  raise_budget: procedure("test_run:pause", {
    method: "POST",
    path: "/test-runs/{id}/budget",
    tags,
    summary: "Raise the budget of a test run",
    description:
      "One that rests because its budget is spent can be resumed then. What a run was started without it cannot get.",
  })
    .input(raiseBudgetOfRun)
    .output(testRun)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      await raiseBudget(ctx.tx, input);
      return runInScope(ctx, input.id);
    }),

  rescore: procedure("test_set:execute", {
    method: "POST",
    path: "/test-runs/{id}/rescore",
    tags,
    summary: "Score the answers of a run again",
    description:
      "Starts a new run over the answers of this one, with the metrics and judges as they are now. The endpoint is not " +
      "called. Results that are errors stay errors.",
    successStatus: 202,
    location: "/test-runs/{id}",
  })
    .input(rescoreTestRun)
    .output(testRun)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      return runInScope(ctx, await rescoreRun(ctx.tx, { ...input, may_judge: ctx.features.llm_judge }));
    }),

  retry_failed: procedure("test_set:execute", {
    method: "POST",
    path: "/test-runs/{id}/retry",
    tags,
    summary: "Ask again what a run could not answer",
    description: "Starts a new run of the results with these verdicts, under the same plan.",
    successStatus: 202,
    location: "/test-runs/{id}",
  })
    .input(retryTestRun)
    .output(testRun)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      return runInScope(ctx, await retryRun(ctx.tx, { ...input, may_judge: ctx.features.llm_judge }));
    }),

  changes: callingOutProcedure("test_run:read", {
    no_rest_because: "A stream of events for screens. Programs ask GET /test-runs/{id}.",
  })
    .input(watchTestRun)
    .output(liveEvents(testRunProgress))
    .subscription(({ ctx, input, signal }) => followTestRun(ctx, input, signal)),
};
