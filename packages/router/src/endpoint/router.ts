/** Endpoints: the applications under test. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import * as endpoints from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import { conversationMemory } from "@rhesis/engine/conversation/memory";
import { presets } from "@rhesis/engine/mapping/presets";
import { createEndpoint as addEndpoint } from "@rhesis/services/endpoint/create";
import { deleteEndpoint } from "@rhesis/services/endpoint/delete";
import { invokeEndpoint as callEndpoint, tryEndpoint as callDraft } from "@rhesis/services/endpoint/invoke";
import { updateEndpoint as changeEndpoint } from "@rhesis/services/endpoint/update";
import { notFound } from "@rhesis/telemetry/app-error";
import { z } from "zod";
import { connectorOf, type CallingOutContext, type Member } from "../context.ts";
import { byId, byVersion, deletion } from "../list.ts";
import { projectScope } from "../project-scope.ts";
import { requireFeature } from "../require-feature.ts";
import { callingOutProcedure, procedure } from "../trpc.ts";
import { proposalFrom } from "./propose.ts";
import {
  createEndpoint,
  endpoint,
  endpointPage,
  endpointPresets,
  endpointProposal,
  endpointTrial,
  invokeEndpoint,
  listEndpoints,
  proposeEndpoint,
  tryEndpoint,
  updateEndpoint,
} from "./schema.ts";

const tags = ["Endpoints"];

export const endpointRouter = {
  list: procedure("endpoint:read", { method: "GET", path: "/endpoints", tags, summary: "List endpoints" })
    .input(listEndpoints)
    .output(endpointPage)
    .query(({ ctx, input }) =>
      endpoints.listEndpoints(ctx.tx, { ...input, project_id: projectScope(ctx.identity, input.project_id) }),
    ),

  get: procedure("endpoint:read", { method: "GET", path: "/endpoints/{id}", tags, summary: "Get an endpoint" })
    .input(byId)
    .output(endpoint)
    .query(async ({ ctx, input }) => shown(inScope(ctx.identity, await endpoints.getEndpoint(ctx.tx, input.id)))),

  presets: procedure("endpoint:read", {
    method: "GET",
    path: "/endpoints/presets",
    tags,
    summary: "List presets for endpoints",
    description: "Configurations of well-known chat APIs, with what is left to fill in.",
  })
    .input(z.strictObject({}))
    .output(endpointPresets)
    .query(() => ({ items: [...presets] })),

  // Holds no transaction, and so no answer for an Idempotency-Key: there may be a secret in it.
  propose: callingOutProcedure("endpoint:create", {
    method: "POST",
    path: "/endpoints/propose",
    tags,
    summary: "Propose a configuration",
    description:
      "From a curl command, an OpenAPI document or an example answer, without a model. Nothing is called, fetched or " +
      "stored. A secret in a command comes back apart from the configuration.",
  })
    .input(proposeEndpoint)
    .output(endpointProposal)
    .mutation(({ input }) => ({ proposal: proposalFrom(input.source) })),

  create: procedure("endpoint:create", {
    method: "POST",
    path: "/endpoints",
    tags,
    summary: "Create an endpoint",
    successStatus: 201,
  })
    .input(createEndpoint)
    .output(endpoint)
    .mutation(async ({ ctx, input }) => {
      projectScope(ctx.identity, input.project_id);
      return shown(await addEndpoint(ctx.tx, vaultOf(ctx), input));
    }),

  update: procedure("endpoint:update", {
    method: "PATCH",
    path: "/endpoints/{id}",
    tags,
    summary: "Change an endpoint",
    description:
      "Each key of `config` is taken whole, the others stay; null means null. Changing scheme, host or port of `url` or " +
      "of the token address removes the stored secret, unless a new one comes with the change.",
  })
    .input(updateEndpoint)
    .output(endpoint)
    .mutation(async ({ ctx, input: { id, expected_version, ...changes } }) => {
      await requireInScope(ctx, id);
      return shown(await changeEndpoint(ctx.tx, vaultOf(ctx), { id, expected_version }, changes));
    }),

  delete: procedure("endpoint:delete", {
    method: "DELETE",
    path: "/endpoints/{id}",
    tags,
    summary: "Delete an endpoint",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(async ({ ctx, input }) => {
      await requireInScope(ctx, input.id);
      return deleteEndpoint(ctx.tx, input);
    }),

  invoke: callingOutProcedure("endpoint:invoke", {
    method: "POST",
    path: "/endpoints/{id}/invoke",
    tags,
    summary: "Call an endpoint once",
    description:
      "Shows the request as sent (secrets left out), the response, and the answer as mapped. At most 30 s. A turn of a " +
      "conversation comes with what was said before, and with the id that an answer has named. Nothing is stored.",
  })
    .input(invokeEndpoint)
    .output(endpointTrial)
    .mutation(({ ctx, input: { id, ...stimulus }, signal }) => {
      requireFeature(ctx, "endpoint_trial");
      return callEndpoint(meansOf(ctx, signal), id, stimulus);
    }),

  try: callingOutProcedure("endpoint:invoke", {
    method: "POST",
    path: "/endpoints/try",
    tags,
    summary: "Call a configuration that is not stored",
    description: "With `endpoint_id` and no `secret`, that endpoint's secret is used if it goes to the same place.",
  })
    .input(tryEndpoint)
    .output(endpointTrial)
    .mutation(({ ctx, input: { config, secret, endpoint_id, ...stimulus }, signal }) => {
      requireFeature(ctx, "endpoint_trial");
      return callDraft(meansOf(ctx, signal), { config, secret, endpoint_id }, stimulus);
    }),
};

function shown(row: endpoints.EndpointRow) {
  return { ...row, conversation_memory: conversationMemory(row.config) };
}

function inScope<Row extends { project_id: string }>(identity: Member, row: Row): Row {
  const only = projectScope(identity);
  if (only !== undefined && row.project_id !== only) throw notFound("endpoint");
  return row;
}

async function requireInScope({ tx, identity }: { tx: Tx; identity: Member }, id: string): Promise<void> {
  if (projectScope(identity) !== undefined) inScope(identity, await endpoints.getEndpoint(tx, id));
}

function vaultOf(ctx: { platform: { secrets: SecretBox }; identity: { organization_id: string } }) {
  return { secrets: ctx.platform.secrets, organization_id: ctx.identity.organization_id };
}

function meansOf(ctx: CallingOutContext, signal: AbortSignal | undefined) {
  const { tenant, platform, identity } = ctx;
  const { secrets, targets } = platform;
  const { organization_id } = identity;
  const scope = { organization_id, project_id: projectScope(identity) };
  return { read: tenant.read, secrets, targets, connectorFor: connectorOf(ctx), ...scope, signal };
}
