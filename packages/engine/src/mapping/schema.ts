/** What a target can be proposed from, and what comes of it. zod only, so that forms can use them. */
import { z } from "zod";
import { responseMapping, streamReading, targetConfig } from "../target/schema.ts";

/** Characters that may be pasted. */
export const longestSource = { curl: 100_000, openapi: 900_000, example: 400_000 } as const;

const notes = z.array(z.string()).describe("What was decided and why, and what is left to do, in plain words");

/** From a curl command. */
export const curlProposal = z.object({
  type: z.literal("curl"),
  config: targetConfig,
  secret: z.string().nullable().describe("Found in the command. It is in no other field, and stored nowhere"),
  notes,
});
export type CurlProposal = z.infer<typeof curlProposal>;

const place = z.object({
  path: z.string(),
  reason: z.string(),
  sample: z.string().describe("What is there, cut short"),
});
const places = z.array(place).describe("Where it may be, the best first");

/** From an example answer. */
export const exampleProposal = z.object({
  type: z.literal("example"),
  format: z.enum(["json", "sse", "ndjson", "html", "text"]),
  response_format: targetConfig.shape.response_format
    .unwrap()
    .nullable()
    .describe("How such an answer is read; null where this is none"),
  response_mapping: responseMapping.nullable(),
  stream: streamReading.nullable().describe("How its pieces become one answer, where it comes in pieces"),
  places: z.object({
    output: places,
    conversation_id: places,
    context: places,
    metadata: places,
    tool_calls: places,
  }),
  notes,
});
export type ExampleProposal = z.infer<typeof exampleProposal>;

/** From an operation of an OpenAPI document. */
export const openApiProposal = z.object({
  type: z.literal("openapi"),
  operation: z.string().describe("The one that the configuration is for, such as `POST /chat`"),
  operations: z
    .array(z.object({ operation: z.string(), title: z.string(), reason: z.string() }))
    .describe("The likeliest first"),
  config: targetConfig,
  notes,
});
export type OpenApiProposal = z.infer<typeof openApiProposal>;

export const presetNames = [
  "openai_chat",
  "openai_responses",
  "anthropic_messages",
  "gemini",
  "azure_openai_chat",
  "ollama_chat",
  "openai_compatible",
] as const;

/** A chat API, ready to be filled in. */
export const preset = z.object({
  name: z.enum(presetNames),
  title: z.string(),
  description: z.string(),
  config: targetConfig,
  notes,
});
export type Preset = z.infer<typeof preset>;
