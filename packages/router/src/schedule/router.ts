/** Schedules: runs that start by the clock. */
import { deleteAsset } from "@rhesis/db/asset";
import * as schedules from "@rhesis/db/queries/schedule";
import { getTestRun } from "@rhesis/db/queries/test-run";
import { nextTimes } from "@rhesis/services/schedule/next-times";
import { runScheduleNow } from "@rhesis/services/schedule/run-now";
import { createSchedule, updateSchedule, type Keeper } from "@rhesis/services/schedule/save";
import type { TenantContext } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { inProjectScope, projectScope } from "../project-scope.ts";
import { withPlanSummary } from "../test-run/plan-summary.ts";
import { testRun } from "../test-run/schema.ts";
import { procedure } from "../trpc.ts";
import * as schema from "./schema.ts";

const tags = ["Schedules"];
const timesShown = 5;

async function inScope({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string) {
  return inProjectScope(identity, await schedules.getSchedule(tx, id), "schedule");
}

function keeperOf({ identity, features }: Pick<TenantContext, "identity" | "features">): Keeper {
  const { user_id, permissions } = identity;
  const may_execute = permissions.has("test_set:execute");
  return { user_id, may_execute, may_judge: features.llm_judge, project_id: projectScope(identity) };
}

export const scheduleRouter = {
  list: procedure("schedule:read", { method: "GET", path: "/schedules", tags, summary: "List schedules" })
    .input(schema.listSchedules)
    .output(schema.schedulePage)
    .query(({ ctx, input }) =>
      schedules.listSchedules(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  preview: procedure("schedule:read", {
    method: "GET",
    path: "/schedules/preview",
    tags,
    summary: "Tell when a schedule would start runs",
  })
    .input(schema.previewSchedule)
    .output(schema.nextTimes)
    .query(({ input }) => ({ times: nextTimes(input, new Date(), timesShown) })),

  get: procedure("schedule:read", { method: "GET", path: "/schedules/{id}", tags, summary: "Get a schedule" })
    .input(byId)
    .output(schema.schedule)
    .query(({ ctx, input }) => inScope(ctx, input.id)),

  create: procedure("schedule:create", {
    method: "POST",
    path: "/schedules",
    tags,
    summary: "Create a schedule",
    description: "Its runs are yours. This needs test_set:execute too.",
    successStatus: 201,
  })
    .input(schema.createSchedule)
    .output(schema.schedule)
    .mutation(({ ctx, input }) => createSchedule(ctx.tx, keeperOf(ctx), input)),

  update: procedure("schedule:update", {
    method: "PATCH",
    path: "/schedules/{id}",
    tags,
    summary: "Change a schedule, or switch it on or off",
    description:
      "Whoever changes more than the name, or switches it on, needs test_set:execute too, and its runs are theirs from then on.",
  })
    .input(schema.updateSchedule)
    .output(schema.schedule)
    .mutation(async ({ ctx, input: { id, expected_version, ...changes } }) => {
      await inScope(ctx, id);
      return updateSchedule(ctx.tx, keeperOf(ctx), { id, expected_version }, changes);
    }),

  delete: procedure("schedule:delete", {
    method: "DELETE",
    path: "/schedules/{id}",
    tags,
    summary: "Delete a schedule",
    description: "Runs that it started stay.",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await inScope(ctx, input.id);
      return deleteAsset(ctx.tx, "schedule", input);
    }),

  run_now: procedure("test_set:execute", {
    method: "POST",
    path: "/schedules/{id}/run",
    tags,
    summary: "Start the run of a schedule now",
    description: "The run is yours. Not while the one before is under way. The next time of the schedule stays.",
    successStatus: 202,
    location: "/test-runs/{id}",
  })
    .input(byId)
    .output(testRun)
    .mutation(async ({ ctx, input: { id } }) => {
      await inScope(ctx, id);
      const run_id = await runScheduleNow(ctx.tx, { id, may_judge: ctx.features.llm_judge });
      return withPlanSummary(await getTestRun(ctx.tx, run_id));
    }),
};
