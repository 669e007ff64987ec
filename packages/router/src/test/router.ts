/** Tests: a stimulus each, with its expectation. */
import { deleteAsset } from "@rhesis/db/asset";
import * as tests from "@rhesis/db/queries/test";
import { createTests as addTests } from "@rhesis/services/test/create";
import { updateTest as changeTest } from "@rhesis/services/test/update";
import { compiledOutput } from "../compiled-output.ts";
import type { TenantContext } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { inProjectScope, projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { createdTests, createTest, createTests, listTests, test, testPage, updateTest } from "./schema.ts";

const tags = ["Tests"];

async function testInScope({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string) {
  return inProjectScope(identity, await tests.getTest(tx, id), "test");
}

export const testRouter = {
  list: procedure("test:read", { method: "GET", path: "/tests", tags, summary: "List tests" })
    .input(listTests)
    .output(compiledOutput(testPage))
    .query(({ ctx, input }) =>
      tests.listTests(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("test:read", { method: "GET", path: "/tests/{id}", tags, summary: "Get a test" })
    .input(byId)
    .output(test)
    .query(({ ctx, input }) => testInScope(ctx, input.id)),

  create: procedure("test:create", {
    method: "POST",
    path: "/tests",
    tags,
    summary: "Create a test",
    successStatus: 201,
  })
    .input(createTest)
    .output(test)
    .mutation(async ({ ctx, input: { project_id, ...draft } }) => {
      projectScope(ctx.identity, project_id);
      const [id = ""] = await addTests(ctx.tx, project_id, [draft], () => []);
      return tests.getTest(ctx.tx, id);
    }),

  create_many: procedure("test:create", {
    method: "POST",
    path: "/tests/bulk",
    tags,
    summary: "Create up to 1,000 tests",
    description: "All of them are created, or none.",
    successStatus: 201,
    location: "/tests?project_id={project_id}",
  })
    .input(createTests)
    .output(createdTests)
    .mutation(async ({ ctx, input }) => {
      projectScope(ctx.identity, input.project_id);
      return { ids: await addTests(ctx.tx, input.project_id, input.tests, (at) => ["tests", at]) };
    }),

  update: procedure("test:update", { method: "PATCH", path: "/tests/{id}", tags, summary: "Change a test" })
    .input(updateTest)
    .output(test)
    .mutation(async ({ ctx, input: { id, expected_version, ...changes } }) => {
      await testInScope(ctx, id);
      return changeTest(ctx.tx, { id, expected_version }, changes);
    }),

  delete: procedure("test:delete", { method: "DELETE", path: "/tests/{id}", tags, summary: "Delete a test" })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await testInScope(ctx, input.id);
      return deleteAsset(ctx.tx, "test", input);
    }),
};
