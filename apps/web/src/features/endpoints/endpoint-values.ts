/** The form of an endpoint, and what the procedures take. */
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { headersOf, pairsOf, type Pair } from "../../ui/pairs.ts";
import { prettyJson } from "../../ui/pretty-json.ts";
import { formatFor, isStreamed, streamOf, streamValuesOf, type StreamValues } from "./answer-reading.ts";

export const answerFields = ["output", "conversation_id", "context", "tool_calls", "metadata"] as const;
export type AnswerField = (typeof answerFields)[number];

type Config = Endpoint["config"];
type AuthType = Config["auth"]["type"];
/** How an answer is read. */
export type Reading = Pick<Config, "response_format" | "response_mapping" | "stream">;

export type EndpointValues = {
  project_id: string;
  name: string;
  description: string;
  environment: Endpoint["environment"];
  max_concurrency: number;
  max_per_minute: number | "";
  config: {
    protocol: Config["protocol"];
    /** Empty for none. */
    subprotocol: string;
    /** The function that is called instead of an address; set by what connects, not by the form. */
    connector: Config["connector"];
    url: string;
    method: Config["method"];
    headers: Pair[];
    query: Pair[];
    /** JSON as text; empty for no body. */
    request_mapping: string;
    response_format: Config["response_format"];
    stream: StreamValues;
    response_mapping: Record<AnswerField, string>;
    auth: {
      type: AuthType;
      in: "header" | "query";
      name: string;
      token_url: string;
      client_id: string;
      scope: string;
      audience: string;
    };
    timeout_s: number;
    max_attempts: number;
    max_redirects: number;
    max_response_kb: number;
  };
  secret: string;
  removes_secret: boolean;
};

const noAnswer: Record<AnswerField, string> = {
  output: "",
  conversation_id: "",
  context: "",
  tool_calls: "",
  metadata: "",
};

const noAuth: EndpointValues["config"]["auth"] = {
  type: "none",
  in: "header",
  name: "X-API-Key",
  token_url: "",
  client_id: "",
  scope: "",
  audience: "",
};

/** Every field of `defaults`, with what is stored where something is. */
function withDefaults<Fields extends object>(
  defaults: Fields,
  stored: { [Key in keyof Fields]?: Fields[Key] | undefined },
): Fields {
  const present = Object.entries(stored).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) };
}

export function newEndpointValues(project_id: string): EndpointValues {
  return {
    project_id,
    name: "",
    description: "",
    environment: "development",
    max_concurrency: 10,
    max_per_minute: "",
    config: {
      protocol: "http",
      subprotocol: "",
      connector: null,
      url: "",
      method: "POST",
      headers: [],
      query: [],
      request_mapping: prettyJson({ message: "{{ input }}" }),
      response_format: "json",
      stream: streamValuesOf(null),
      response_mapping: noAnswer,
      auth: noAuth,
      timeout_s: 30,
      max_attempts: 4,
      max_redirects: 3,
      max_response_kb: 1024,
    },
    secret: "",
    removes_secret: false,
  };
}

function answersOf({ response_format, response_mapping, stream }: Reading) {
  return {
    response_format,
    stream: streamValuesOf(stream),
    response_mapping: withDefaults(noAnswer, response_mapping ?? {}),
  };
}

/** The part of the form that the contract has as `config`. */
export function configValuesOf(config: Config): EndpointValues["config"] {
  return {
    protocol: config.protocol,
    subprotocol: config.subprotocol ?? "",
    connector: config.connector,
    url: config.url ?? "",
    method: config.method,
    headers: pairsOf(config.headers),
    query: pairsOf(config.query),
    request_mapping: config.request_mapping === null ? "" : prettyJson(config.request_mapping),
    ...answersOf(config),
    auth: withDefaults(noAuth, config.auth),
    timeout_s: config.timeout_ms / 1000,
    max_attempts: config.max_attempts,
    max_redirects: config.max_redirects,
    max_response_kb: config.max_response_bytes / 1024,
  };
}

/** The form with another way to read answers. Of a WebSocket only what its messages can be. */
export function withReading(values: EndpointValues, reading: Reading): EndpointValues {
  const { config } = values;
  const response_format = formatFor(config.protocol, reading.response_format);
  return { ...values, config: { ...config, ...answersOf({ ...reading, response_format }) } };
}

const originOf = (url: string | null): string | null => URL.parse(url ?? "")?.origin ?? null;

/** The form filled in with what was proposed. A secret that was entered for another server does not go along. */
export function withProposal(
  values: EndpointValues,
  { config, secret = null, name = "" }: { config: Config; secret?: string | null; name?: string },
): EndpointValues {
  const staysThere = originOf(values.config.url) === originOf(config.url);
  return {
    ...values,
    name: values.name.trim() === "" ? name : values.name,
    config: configValuesOf(config),
    secret: secret ?? (staysThere ? values.secret : ""),
  };
}

export function valuesOfEndpoint(endpoint: Endpoint): EndpointValues {
  const { project_id, name, description, environment, max_concurrency, max_per_minute, config } = endpoint;
  return {
    project_id,
    name,
    description,
    environment,
    max_concurrency,
    max_per_minute: max_per_minute ?? "",
    config: configValuesOf(config),
    secret: "",
    removes_secret: false,
  };
}

/** The parsed body, or what is wrong with it. */
export function requestBodyOf(text: string): { value: unknown; problem: string | null } {
  if (text.trim() === "") return { value: null, problem: null };
  try {
    return { value: JSON.parse(text), problem: null };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    return { value: null, problem: `This is not valid JSON. ${detail}` };
  }
}

function filled<Key extends string>(fields: Record<Key, string>): Partial<Record<Key, string>> {
  const entries = Object.entries<string>(fields).filter(([, value]) => value.trim() !== "");
  return Object.fromEntries(entries.map(([key, value]) => [key, value.trim()])) as Partial<Record<Key, string>>;
}

function authOf({ type, in: place, name, token_url, client_id, scope, audience }: EndpointValues["config"]["auth"]) {
  if (type === "api_key") return { type, in: place, name };
  if (type === "client_credentials") return { type, token_url, client_id, ...filled({ scope, audience }) };
  return { type };
}

/** The configuration as the contract has it. A body that is not JSON is passed as undefined, which it refuses. */
export function configOf({ config }: EndpointValues) {
  const mapping = filled(config.response_mapping);
  const body = requestBodyOf(config.request_mapping);
  const { protocol } = config;
  const subprotocol = config.subprotocol.trim();
  const response_format = formatFor(protocol, config.response_format);
  return {
    protocol,
    connector: config.connector,
    subprotocol: protocol !== "websocket" || subprotocol === "" ? null : subprotocol,
    response_format,
    stream: isStreamed({ protocol, response_format }) ? streamOf(config.stream) : null,
    url: protocol === "connector" ? null : config.url.trim(),
    method: config.method,
    headers: headersOf(config.headers),
    query: headersOf(config.query),
    request_mapping: body.problem === null ? body.value : Symbol("not JSON"),
    response_mapping: Object.keys(mapping).length === 0 ? null : mapping,
    auth: authOf(config.auth),
    timeout_ms: Math.round(config.timeout_s * 1000),
    max_attempts: config.max_attempts,
    max_redirects: config.max_redirects,
    max_response_bytes: Math.round(config.max_response_kb * 1024),
  };
}

/** An empty field is no limit. */
function rateOf({ max_per_minute }: EndpointValues): number | null {
  return max_per_minute === "" ? null : max_per_minute;
}

/** For `endpoint.create`. */
export function createInputOf(values: EndpointValues) {
  const { project_id, name, description, environment, max_concurrency, secret } = values;
  const limits = { max_concurrency, max_per_minute: rateOf(values) };
  const config = configOf(values);
  return { project_id, name, description, environment, ...limits, config, ...(secret === "" ? {} : { secret }) };
}

/** For `endpoint.update`: the secret only where it changes. */
export function updateInputOf(values: EndpointValues, endpoint: Pick<Endpoint, "id" | "version">) {
  const { name, description, environment, max_concurrency, secret, removes_secret } = values;
  const change = secret === "" ? (removes_secret ? { secret: null } : {}) : { secret };
  const config = configOf(values);
  return {
    id: endpoint.id,
    expected_version: endpoint.version,
    name,
    description,
    environment,
    max_concurrency,
    max_per_minute: rateOf(values),
    config,
    ...change,
  };
}

/** True where the address now leads elsewhere than the stored secret was given for. */
export function leavesHost(values: EndpointValues, endpoint: Endpoint): boolean {
  const { url, auth } = values.config;
  const { auth: stored } = endpoint.config;
  const before = stored.type === "client_credentials" ? stored.token_url : null;
  return (
    originOf(url) !== originOf(endpoint.config.url) ||
    (auth.type === "client_credentials" && before !== null && originOf(auth.token_url) !== originOf(before))
  );
}
