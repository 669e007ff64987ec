import { z } from "zod";
import { conversationMemories, earlierMessages } from "@rhesis/engine/conversation/schema";
import { curlProposal, exampleProposal, longestSource, openApiProposal, preset } from "@rhesis/engine/mapping/schema";
import { connectorTarget, httpMethods, targetConfig, targetOutcome } from "@rhesis/engine/target/schema";
import { assetFields, description, id, listInput, listOutput, name, searchText, version } from "../list.ts";

export const environments = ["production", "staging", "development", "local"] as const;
const environment = z.enum(environments);
const maxConcurrency = z.int().min(1).max(1000).describe("Calls at the same time, over all runs");
const maxPerMinute = z
  .int()
  .min(1)
  .max(1_000_000)
  .nullable()
  .describe("Calls that may begin in a minute, over all runs; null for any number");
const secret = z
  .string()
  .min(1)
  .max(8192)
  .describe("The token, key or client secret that `config.auth` needs. Stored encrypted and never shown again");

const endpointFields = {
  ...assetFields,
  project_id: id,
  name: z.string(),
  description: z.string(),
  environment,
  max_concurrency: z.int(),
  max_per_minute: z.int().nullable(),
  has_secret: z.boolean(),
};

/** The AI application under test and how to call it. */
export const endpoint = z
  .object({
    ...endpointFields,
    config: targetConfig,
    conversation_memory: z
      .enum(conversationMemories)
      .describe(
        "How it knows what was said before, told by the variables of its request: `history` is sent `messages`, `id` keeps it under `conversation_id`, `none` knows the last message only",
      ),
  })
  .meta({ id: "Endpoint" });
export type Endpoint = z.infer<typeof endpoint>;

/** Where an endpoint is called: at an address, or as a function of a connected process. */
export const calledAt = {
  url: z.string().nullable(),
  method: z.enum(httpMethods),
  connector: connectorTarget.nullable(),
};

/** An endpoint in a list, with where it is instead of its whole configuration. */
export const endpointItem = z.object({ ...endpointFields, ...calledAt }).meta({ id: "EndpointItem" });
export type EndpointItem = z.infer<typeof endpointItem>;

export const createEndpoint = z.strictObject({
  project_id: id,
  name,
  description: description.default(""),
  environment: environment.default("development"),
  max_concurrency: maxConcurrency.default(10),
  max_per_minute: maxPerMinute.default(null),
  config: targetConfig,
  secret: secret.optional(),
});

const config = targetConfig.shape;

/** Keys of the configuration that change; each is taken whole, the others stay. */
export const configChanges = z.strictObject({
  protocol: config.protocol.unwrap().optional(),
  url: config.url.unwrap().optional(),
  connector: config.connector.unwrap().optional(),
  method: config.method.unwrap().optional(),
  headers: config.headers.unwrap().optional(),
  query: config.query.unwrap().optional(),
  request_mapping: config.request_mapping.unwrap().optional(),
  response_format: config.response_format.unwrap().optional(),
  response_mapping: config.response_mapping.unwrap().optional(),
  stream: config.stream.unwrap().optional(),
  subprotocol: config.subprotocol.unwrap().optional(),
  auth: config.auth.unwrap().optional(),
  timeout_ms: config.timeout_ms.unwrap().optional(),
  max_attempts: config.max_attempts.unwrap().optional(),
  max_redirects: config.max_redirects.unwrap().optional(),
  max_response_bytes: config.max_response_bytes.unwrap().optional(),
});
export type ConfigChanges = z.infer<typeof configChanges>;

/**
 * Changing scheme, host or port of `url` or of the token address removes the stored secret, unless a new one comes with
 * the change.
 */
export const updateEndpoint = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
  environment: environment.optional(),
  max_concurrency: maxConcurrency.optional(),
  max_per_minute: maxPerMinute.optional(),
  config: configChanges.optional(),
  secret: secret.nullable().optional().describe("null removes the stored secret"),
});

export const listEndpoints = listInput(["created_at", "name"], {
  q: searchText,
  project_id: id.optional(),
  environment: environment.optional(),
});
export const endpointPage = listOutput(endpointItem);

const trial = {
  input: z.string().max(100_000),
  conversation_id: z.string().max(1000).optional(),
  params: z.record(z.string().max(200), z.json()).optional().describe("Values for `{{ params.… }}`"),
};

/** One turn: the first where `messages` is left out. Nothing of it is stored. */
export const invokeEndpoint = z.strictObject({
  id,
  ...trial,
  messages: earlierMessages
    .optional()
    .describe(
      "What was said before, oldest first; `input` comes after it. 100 messages and 200,000 characters at most",
    ),
});

/** A configuration that is not stored. With `endpoint_id` and no `secret`, that endpoint's secret is used if it goes to the same place. */
export const tryEndpoint = z.strictObject({
  config: targetConfig,
  secret: secret.optional(),
  endpoint_id: id.optional(),
  ...trial,
});

export const endpointTrial = targetOutcome;

export const endpointPresets = z.object({ items: z.array(preset) });

const pasted = (most: number): z.ZodString => z.string().min(1).max(most);

/** What a configuration, or a part of one, can be proposed from. */
export const proposeEndpoint = z.strictObject({
  source: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("curl"),
      command: pasted(longestSource.curl).describe("As it is typed, or copied from a browser"),
    }),
    z.strictObject({
      type: z.literal("openapi"),
      document: pasted(longestSource.openapi).describe("OpenAPI 3 as JSON or YAML"),
      operation: z.string().max(2048).optional().describe("Such as `POST /chat`; the likeliest if left out"),
    }),
    z.strictObject({
      type: z.literal("example"),
      answer: pasted(longestSource.example).describe("An answer of the application, as it sends it"),
    }),
  ]),
});
export type ProposeEndpoint = z.infer<typeof proposeEndpoint>;

export const endpointProposal = z.object({
  proposal: z.discriminatedUnion("type", [curlProposal, openApiProposal, exampleProposal]),
});
export type EndpointProposal = z.infer<typeof endpointProposal>;
