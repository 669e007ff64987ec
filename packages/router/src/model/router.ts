/** Models: connections to LLM providers. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import * as models from "@rhesis/db/queries/model";
import { createModel as addModel } from "@rhesis/services/model/create";
import { deleteModel } from "@rhesis/services/model/delete";
import { tryModel as askModel } from "@rhesis/services/model/try";
import { updateModel as changeModel } from "@rhesis/services/model/update";
import { byId, byVersion, deletion } from "../list.ts";
import { requireFeature } from "../require-feature.ts";
import { callingOutProcedure, procedure } from "../trpc.ts";
import { createModel, listModels, model, modelPage, modelTrial, tryModel, updateModel } from "./schema.ts";

const tags = ["Models"];

export const modelRouter = {
  list: procedure("model:read", { method: "GET", path: "/models", tags, summary: "List models" })
    .input(listModels)
    .output(modelPage)
    .query(({ ctx, input }) => models.listModels(ctx.tx, input)),

  get: procedure("model:read", { method: "GET", path: "/models/{id}", tags, summary: "Get a model" })
    .input(byId)
    .output(model)
    .query(({ ctx, input }) => models.getModel(ctx.tx, input.id)),

  create: procedure("model:create", {
    method: "POST",
    path: "/models",
    tags,
    summary: "Create a model",
    successStatus: 201,
  })
    .input(createModel)
    .output(model)
    .mutation(({ ctx, input }) => addModel(ctx.tx, vaultOf(ctx), input)),

  update: procedure("model:update", {
    method: "PATCH",
    path: "/models/{id}",
    tags,
    summary: "Change a model",
    description: "Changing the provider or the host removes the stored key, unless a new one comes with the change.",
  })
    .input(updateModel)
    .output(model)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      changeModel(ctx.tx, vaultOf(ctx), { id, expected_version }, changes),
    ),

  delete: procedure("model:delete", { method: "DELETE", path: "/models/{id}", tags, summary: "Delete a model" })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteModel(ctx.tx, input)),

  try: callingOutProcedure("model:invoke", {
    method: "POST",
    path: "/models/try",
    tags,
    summary: "Try a model",
    description: "Sends a tiny request with a stored model or a draft of one. Nothing is stored.",
  })
    .input(tryModel)
    .output(modelTrial)
    .mutation(({ ctx, input }) => {
      requireFeature(ctx, "llm_judge");
      const { organization_id } = ctx.identity;
      return askModel({ read: ctx.tenant.read, ...ctx.platform, organization_id }, input);
    }),
};

function vaultOf(ctx: { platform: { secrets: SecretBox }; identity: { organization_id: string } }) {
  return { secrets: ctx.platform.secrets, organization_id: ctx.identity.organization_id };
}
