/** Test results: what each test gave in a run. */
import { findConversation, listTurns } from "@rhesis/db/queries/conversation";
import { readRunProgress } from "@rhesis/db/queries/test-run";
import * as results from "@rhesis/db/queries/test-result";
import { compiledOutput } from "../compiled-output.ts";
import type { TenantContext } from "../context.ts";
import { inProjectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import {
  getTestResult,
  listTestResults,
  resultSummary,
  summarizeTestRun,
  testResult,
  testResultPage,
} from "./schema.ts";

const tags = ["Test results"];

async function requireRun({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string): Promise<void> {
  inProjectScope(identity, await readRunProgress(tx, id), "test run");
}

export const testResultRouter = {
  list: procedure("test_result:read", {
    method: "GET",
    path: "/test-results",
    tags,
    summary: "List the results of a run, in its order",
  })
    .input(listTestResults)
    .output(compiledOutput(testResultPage))
    .query(async ({ ctx, input }) => {
      const [page] = await Promise.all([results.listTestResults(ctx.tx, input), requireRun(ctx, input.test_run_id)]);
      return page;
    }),

  get: procedure("test_result:read", {
    method: "GET",
    path: "/test-results/{id}",
    tags,
    summary: "Get a test result with everything",
    description: "The filters are those of the list: they say which result comes before and after this one.",
  })
    .input(getTestResult)
    .output(testResult)
    .query(async ({ ctx, input: { id, ...filter } }) => {
      const [row, scores, conversation, turns, neighbours] = await Promise.all([
        results.getTestResult(ctx.tx, id),
        results.listScores(ctx.tx, id),
        findConversation(ctx.tx, id),
        listTurns(ctx.tx, id),
        results.readNeighbours(ctx.tx, id, filter),
      ]);
      const { project_id: _, ...result } = inProjectScope(ctx.identity, row, "test result");
      const held = conversation === undefined ? null : { ...conversation, turns };
      return { ...result, attempts: result.attempts ?? [], scores, conversation: held, ...neighbours };
    }),

  summary: procedure("test_result:read", {
    method: "GET",
    path: "/test-runs/{test_run_id}/summary",
    tags,
    summary: "Count the results of a run by verdict, requirement, metric and cause of error",
  })
    .input(summarizeTestRun)
    .output(resultSummary)
    .query(async ({ ctx, input }) => {
      const [summary] = await Promise.all([
        results.summarizeResults(ctx.tx, input.test_run_id),
        requireRun(ctx, input.test_run_id),
      ]);
      return summary;
    }),
};
