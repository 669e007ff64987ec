/** The form of a model, and what the procedures take. */
import type { Model } from "@rhesis/router/model/schema";
import { headersOf, pairsOf, type Pair } from "../../ui/pairs.ts";
import type { Provider } from "./providers.ts";

export type ModelValues = {
  name: string;
  description: string;
  provider: Provider;
  model_name: string;
  base_url: string;
  headers: Pair[];
  input_price: number | "";
  output_price: number | "";
  is_default: boolean;
  api_key: string;
  /** The stored key is to go. */
  removes_key: boolean;
};

export function newModelValues(provider: Provider): ModelValues {
  return {
    name: "",
    description: "",
    provider,
    model_name: "",
    base_url: "",
    headers: [],
    input_price: "",
    output_price: "",
    is_default: false,
    api_key: "",
    removes_key: false,
  };
}

export function valuesOfModel(model: Model): ModelValues {
  const { name, description, provider, model_name, base_url, headers, input_price, output_price, is_default } = model;
  return {
    name,
    description,
    provider,
    model_name,
    base_url: base_url ?? "",
    headers: pairsOf(headers),
    input_price: input_price ?? "",
    output_price: output_price ?? "",
    is_default,
    api_key: "",
    removes_key: false,
  };
}

/** Everything about the connection but its key. */
export function configOfValues(values: ModelValues) {
  const base_url = values.base_url.trim();
  return {
    provider: values.provider,
    model_name: values.model_name.trim(),
    base_url: base_url === "" ? null : base_url,
    headers: headersOf(values.headers),
    input_price: values.input_price === "" ? null : values.input_price,
    output_price: values.output_price === "" ? null : values.output_price,
  };
}

/** For `model.create`. */
export function createInputOf(values: ModelValues) {
  const { name, description, is_default, api_key } = values;
  return { name, description, is_default, ...configOfValues(values), ...(api_key === "" ? {} : { api_key }) };
}

/** For `model.update`: the key only where it changes. */
export function updateInputOf(values: ModelValues, model: Pick<Model, "id" | "version">) {
  const { name, description, is_default, api_key, removes_key } = values;
  const key = api_key === "" ? (removes_key ? { api_key: null } : {}) : { api_key };
  return {
    id: model.id,
    expected_version: model.version,
    name,
    description,
    is_default,
    ...configOfValues(values),
    ...key,
  };
}
