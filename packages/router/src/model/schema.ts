import { z } from "zod";
import { modelConfig, modelProviders, modelUsage } from "@rhesis/engine/model/schema";
import { assetFields, description, id, listInput, listOutput, name, searchText, version } from "../list.ts";

const config = modelConfig.shape;
const apiKey = z.string().trim().min(1).max(4096).describe("Stored encrypted and never shown again");

const modelFields = {
  ...assetFields,
  name: z.string(),
  description: z.string(),
  provider: config.provider,
  model_name: z.string(),
  base_url: z.string().nullable(),
  input_price: z.number().nullable().describe("US dollars per million tokens"),
  output_price: z.number().nullable().describe("US dollars per million tokens"),
  is_default: z.boolean().describe("Judges for metrics that name no model; at most one per organization"),
  has_api_key: z.boolean(),
};

/** A connection to an LLM provider. */
export const model = z.object({ ...modelFields, headers: z.record(z.string(), z.string()) }).meta({ id: "Model" });
export type Model = z.infer<typeof model>;

/** A model in a list, without its headers. */
export const modelItem = z.object(modelFields).meta({ id: "ModelItem" });
export type ModelItem = z.infer<typeof modelItem>;

export const createModel = z.strictObject({
  name,
  description: description.default(""),
  ...config,
  api_key: apiKey.optional(),
  is_default: z.boolean().default(false),
});

/** Changing the provider or the host of `base_url` removes the stored key, unless a new one comes with the change. */
export const updateModel = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
  provider: config.provider.optional(),
  model_name: config.model_name.optional(),
  base_url: config.base_url.unwrap().optional(),
  headers: config.headers.unwrap().optional(),
  input_price: config.input_price.unwrap().optional(),
  output_price: config.output_price.unwrap().optional(),
  api_key: apiKey.nullable().optional().describe("null removes the stored key"),
  is_default: z.boolean().optional(),
});

export const listModels = listInput(["created_at", "name"], {
  q: searchText,
  provider: z.enum(modelProviders).optional(),
  is_default: z.boolean().optional(),
});
export const modelPage = listOutput(modelItem);

/**
 * A stored model by `id`, or a draft by `config`. A draft with an `id` and no `api_key` uses the stored key, if it goes
 * to the same place as before.
 */
export const tryModel = z
  .strictObject({ id: id.optional(), config: modelConfig.optional(), api_key: apiKey.optional() })
  .refine((value) => value.id !== undefined || value.config !== undefined, {
    path: ["id"],
    message: "Name a model or give a config",
  });

export const modelTrial = z.object({
  ok: z.boolean(),
  message: z.string(),
  latency_ms: z.number(),
  usage: modelUsage,
});
