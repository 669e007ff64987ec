/** API tokens: the keys of programs. */
import { roleAllows } from "@rhesis/auth/permissions";
import * as tokens from "@rhesis/db/queries/api-token";
import { createApiToken as makeToken } from "@rhesis/services/api-token/create";
import { revokeApiToken as endToken } from "@rhesis/services/api-token/revoke";
import type { Member } from "../context.ts";
import { byId } from "../list.ts";
import { projectScope } from "../project-scope.ts";
import { requireFeature } from "../require-feature.ts";
import { procedure } from "../trpc.ts";
import { apiToken, apiTokenPage, createApiToken, createdApiToken, listApiTokens } from "./schema.ts";

const tags = ["API tokens"];

/** Which tokens the caller sees: their own, or all where they manage members; those of one project where bound to it. */
function seenBy(identity: Member): { user_id: string | undefined; project_id: string | undefined } {
  const user_id = roleAllows(identity.role, "member:manage") ? undefined : identity.user_id;
  return { user_id, project_id: projectScope(identity) };
}

export const apiTokenRouter = {
  list: procedure("api_token:read", {
    method: "GET",
    path: "/api-tokens",
    tags,
    summary: "List API tokens",
    description: "Your own; those of everybody where you manage members.",
  })
    .input(listApiTokens)
    .output(apiTokenPage)
    .query(({ ctx, input }) =>
      tokens.listApiTokens(ctx.tx, {
        ...input,
        ...seenBy(ctx.identity),
        user_id: seenBy(ctx.identity).user_id ?? input.user_id,
      }),
    ),

  get: procedure("api_token:read", { method: "GET", path: "/api-tokens/{id}", tags, summary: "Get an API token" })
    .input(byId)
    .output(apiToken)
    .query(({ ctx, input }) => tokens.getApiToken(ctx.tx, input.id, seenBy(ctx.identity))),

  create: procedure("api_token:create", {
    method: "POST",
    path: "/api-tokens",
    tags,
    summary: "Create an API token",
    description:
      "The token is in this answer and is never shown again: repeated with the same Idempotency-Key, the call makes no " +
      "other token and is answered with 409. It may do no more than you may.",
    successStatus: 201,
  })
    .input(createApiToken)
    .output(createdApiToken)
    .mutation(({ ctx, input }) => {
      requireFeature(ctx, "api_tokens");
      return makeToken(ctx.tx, ctx.identity, { ...input, project_id: projectScope(ctx.identity, input.project_id) });
    }),

  revoke: procedure("api_token:revoke", {
    method: "DELETE",
    path: "/api-tokens/{id}",
    tags,
    summary: "Revoke an API token",
    description: "It ends at once, and stays in the list of revoked ones.",
  })
    .input(byId)
    .output(apiToken)
    .mutation(({ ctx, input }) => endToken(ctx.tx, input.id, seenBy(ctx.identity))),
};
