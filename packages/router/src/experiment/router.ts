/** Experiments: versions of the values that a project's requests are made with. */
import * as experiments from "@rhesis/db/queries/experiment";
import { requireProject } from "@rhesis/db/queries/project";
import { getTestSet } from "@rhesis/db/queries/test-set";
import { addVersion as appendVersion } from "@rhesis/services/experiment/add-version";
import { deleteExperiment, share, unshare } from "@rhesis/services/experiment/visibility";
import { notFound } from "@rhesis/telemetry/app-error";
import type { TenantContext } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { inProjectScope, projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import * as schema from "./schema.ts";

const tags = ["Experiments"];
const mostResults = 200;

async function inScope({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string) {
  return inProjectScope(identity, await experiments.getExperiment(tx, id), "experiment");
}

async function setInScope({ tx, identity }: Pick<TenantContext, "tx" | "identity">, id: string | undefined) {
  if (id !== undefined) inProjectScope(identity, await getTestSet(tx, id), "test set");
}

export const experimentRouter = {
  list: procedure("experiment:read", {
    method: "GET",
    path: "/experiments",
    tags,
    summary: "List experiments",
    description: "Those that are shared, and your own.",
  })
    .input(schema.listExperiments)
    .output(schema.experimentPage)
    .query(({ ctx, input }) =>
      experiments.listExperiments(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("experiment:read", { method: "GET", path: "/experiments/{id}", tags, summary: "Get an experiment" })
    .input(byId)
    .output(schema.experiment)
    .query(({ ctx, input }) => inScope(ctx, input.id)),

  create: procedure("experiment:create", {
    method: "POST",
    path: "/experiments",
    tags,
    summary: "Create an experiment",
    successStatus: 201,
  })
    .input(schema.createExperiment)
    .output(schema.experiment)
    .mutation(async ({ ctx, input }) => {
      projectScope(ctx.identity, input.project_id);
      await requireProject(ctx.tx, input.project_id);
      return experiments.createExperiment(ctx.tx, input);
    }),

  update: procedure("experiment:update", {
    method: "PATCH",
    path: "/experiments/{id}",
    tags,
    summary: "Change the name or the description of an experiment",
  })
    .input(schema.updateExperiment)
    .output(schema.experiment)
    .mutation(async ({ ctx, input: { id, expected_version, ...changes } }) => {
      await inScope(ctx, id);
      return experiments.patchExperiment(ctx.tx, { id, expected_version }, changes);
    }),

  delete: procedure("experiment:delete", {
    method: "DELETE",
    path: "/experiments/{id}",
    tags,
    summary: "Delete an experiment",
    description: "Not while an environment is bound to it. Runs that were made with it stay.",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await inScope(ctx, input.id);
      return deleteExperiment(ctx.tx, input);
    }),

  share: procedure("experiment:update", {
    method: "POST",
    path: "/experiments/{id}/share",
    tags,
    summary: "Show an experiment to everybody in the organization",
  })
    .input(byVersion)
    .output(schema.experiment)
    .mutation(async ({ ctx, input }) => {
      await inScope(ctx, input.id);
      return share(ctx.tx, input);
    }),

  unshare: procedure("experiment:update", {
    method: "POST",
    path: "/experiments/{id}/unshare",
    tags,
    summary: "Make a shared experiment private again",
    description: "Only its owner can, and not while an environment is bound to it.",
  })
    .input(byVersion)
    .output(schema.experiment)
    .mutation(async ({ ctx, input }) => {
      await inScope(ctx, input.id);
      return unshare(ctx.tx, ctx.identity.user_id, input);
    }),

  versions: procedure("experiment:read", {
    method: "GET",
    path: "/experiments/{id}/versions",
    tags,
    summary: "List the versions of an experiment, without their values",
  })
    .input(schema.listVersions)
    .output(schema.versionPage)
    .query(async ({ ctx, input }) => {
      const [page] = await Promise.all([experiments.listVersions(ctx.tx, input), inScope(ctx, input.id)]);
      return page;
    }),

  version: procedure("experiment:read", {
    method: "GET",
    path: "/experiments/{id}/versions/{number}",
    tags,
    summary: "Get a version of an experiment",
  })
    .input(schema.oneVersion)
    .output(schema.experimentVersion)
    .query(async ({ ctx, input: { id, number } }) => {
      const version = experiments.readVersion(ctx.tx, { experiment_id: id, number });
      const [row] = await Promise.all([version, inScope(ctx, id)]);
      if (row === undefined) throw notFound("version");
      return row;
    }),

  add_version: procedure("experiment:update", {
    method: "POST",
    path: "/experiments/{id}/versions",
    tags,
    summary: "Save values as a new version",
    description: "Values that a version holds already make none: the answer is that version.",
    successStatus: 201,
    location: "/experiments/{experiment_id}/versions/{number}",
  })
    .input(schema.addVersion)
    .output(schema.addedVersion)
    .mutation(async ({ ctx, input }) => {
      await inScope(ctx, input.id);
      return appendVersion(ctx.tx, input);
    }),

  results: procedure("experiment:read", {
    method: "GET",
    path: "/experiments/{id}/results",
    tags,
    summary: "Compare the versions of an experiment by what runs with them came to",
  })
    .input(schema.resultsByVersion)
    .output(schema.experimentResults)
    .query(async ({ ctx, input }) => {
      const results = experiments.readResultsByVersion(ctx.tx, { ...input, limit: mostResults });
      const [items] = await Promise.all([results, inScope(ctx, input.id), setInScope(ctx, input.test_set_id)]);
      return { items };
    }),
};
