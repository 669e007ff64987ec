/** Prompts: reusable texts of stimuli. */
import { deleteAsset } from "@rhesis/db/asset";
import * as prompts from "@rhesis/db/queries/prompt";
import { updatePrompt as changePrompt } from "@rhesis/services/prompt/update";
import { byId, byVersion, deletion } from "../list.ts";
import { procedure } from "../trpc.ts";
import { createPrompt, listPrompts, prompt, promptPage, updatePrompt } from "./schema.ts";

const tags = ["Prompts"];

export const promptRouter = {
  list: procedure("prompt:read", { method: "GET", path: "/prompts", tags, summary: "List prompts" })
    .input(listPrompts)
    .output(promptPage)
    .query(({ ctx, input }) => prompts.listPrompts(ctx.tx, input)),

  get: procedure("prompt:read", { method: "GET", path: "/prompts/{id}", tags, summary: "Get a prompt" })
    .input(byId)
    .output(prompt)
    .query(({ ctx, input }) => prompts.getPrompt(ctx.tx, input.id)),

  create: procedure("prompt:create", {
    method: "POST",
    path: "/prompts",
    tags,
    summary: "Create a prompt",
    successStatus: 201,
  })
    .input(createPrompt)
    .output(prompt)
    .mutation(({ ctx, input }) => prompts.createPrompt(ctx.tx, input)),

  update: procedure("prompt:update", {
    method: "PATCH",
    path: "/prompts/{id}",
    tags,
    summary: "Change a prompt",
    description: "Tests that use the prompt get its new content as their input.",
  })
    .input(updatePrompt)
    .output(prompt)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      changePrompt(ctx.tx, { id, expected_version }, changes),
    ),

  delete: procedure("prompt:delete", { method: "DELETE", path: "/prompts/{id}", tags, summary: "Delete a prompt" })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, "prompt", input)),
};
