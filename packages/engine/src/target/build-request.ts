import { withinOneAllowance } from "../template/allowance.ts";
import { isTemplate, renderTemplate, TemplateError, type Variables } from "../template/render.ts";
import type { WireRequest } from "./exchange.ts";
import { bodyTemplate, compileMapping, fillMapping } from "./map-request.ts";
import { mask } from "./redact.ts";
import type { Json, TargetConfig } from "./schema.ts";

/** A request ready to be sent, and its path as people may see it. */
export type BuiltRequest = WireRequest & { shownPath: string };
export type Credentials = { secret: string | null; accessToken: string | null; idempotencyKey: string | undefined };

type Field = { name: string; value: string; template: boolean };
type Format = TargetConfig["response_format"];
type Prepared = { origin: string; path: string; search: string; headers: Field[]; query: Field[] };

const preparedTargets = new WeakMap<TargetConfig, Prepared>();
const bodiless = new Set(["GET", "DELETE"]);
const formType = "application/x-www-form-urlencoded";
const accepted: Record<Format, string> = {
  json: "application/json, text/plain, */*",
  text: "text/plain, */*",
  sse: "text/event-stream, */*",
  json_lines: "application/x-ndjson, application/json, */*",
};
/** Set by the connection, or able to smuggle a second request or a compressed bomb past us. */
const ownHeaders = new Set(
  "accept-encoding,connection,content-length,expect,host,keep-alive,proxy-connection,te,trailer,transfer-encoding,upgrade".split(
    ",",
  ),
);
/** What undici, as every HTTP/1.1 client, can put into a header. */
const headerText = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/**
 * Fills in everything of a request but redirects.
 * @throws TemplateError when a mapping or header cannot be filled in
 */
export function buildRequest(config: TargetConfig, variables: Variables, credentials: Credentials): BuiltRequest {
  return withinOneAllowance(() => fillRequest(config, variables, credentials));
}

function fillRequest(config: TargetConfig, variables: Variables, credentials: Credentials): BuiltRequest {
  const prepared = prepare(config);
  const headers = fillHeaders(prepared.headers, variables, accepted[config.response_format]);
  const body = config.request_mapping === null ? undefined : fillMapping(config.request_mapping, variables);
  const query = prepared.query.map((field): [string, string] => [field.name, fillField(field, variables)]);
  const isText = bodyTemplate(config.request_mapping) !== null;
  const method = isSocket(config) ? "GET" : config.method;
  let content: string | null = null;
  if (isSocket(config)) content = body === undefined ? null : messageOf(body, isText);
  else if (bodiless.has(method)) query.push(...queryOf(body));
  else if (body !== undefined) content = fillBody(body, isText, headers);
  const path = withQuery(prepared.path + prepared.search, query);
  const request = { origin: prepared.origin, path, shownPath: path, method, headers, body: content };
  return identify(request, config, credentials);
}

/** Whether a secret can travel where the target wants it: in a query anything can, in a header no line breaks. */
export function canSendSecret(config: TargetConfig, secret: string): boolean {
  const { auth } = config;
  const inHeader = auth.type === "bearer" || (auth.type === "api_key" && auth.in === "header");
  return !inHeader || headerText.test(secret);
}

function prepare(config: TargetConfig): Prepared {
  const before = preparedTargets.get(config);
  if (before !== undefined) return before;
  const url = URL.parse(config.url ?? "");
  const socket = isSocket(config);
  if (url === null || !(socket ? /^wss?:$/ : /^https?:$/).test(url.protocol))
    throw new TemplateError(`The address of the endpoint is not ${socket ? "one of a WebSocket" : "a web address"}.`);
  const headers = fields(config.headers).map((field) => ({ ...field, name: field.name.toLowerCase() }));
  const isOwn = (name: string): boolean => ownHeaders.has(name) || (socket && name.startsWith("sec-websocket-"));
  const prepared = {
    origin: url.origin,
    path: url.pathname,
    search: url.search,
    headers: headers.filter(({ name }) => !isOwn(name)),
    query: fields(config.query),
  };
  if (config.request_mapping !== null) compileMapping(config.request_mapping);
  preparedTargets.set(config, prepared);
  return prepared;
}

function isSocket({ protocol }: TargetConfig): boolean {
  return protocol === "websocket";
}

function messageOf(body: Json, isText: boolean): string {
  return isText && typeof body === "string" ? body : JSON.stringify(body);
}

function fields(entries: Record<string, string>): Field[] {
  return Object.entries(entries).map(([name, value]) => ({ name, value, template: isTemplate(value) }));
}

function fillField(field: Field, variables: Variables): string {
  return field.template ? renderTemplate(field.value, variables) : field.value;
}

function fillHeaders(fields: Field[], variables: Variables, accept: string): Record<string, string> {
  const headers: Record<string, string> = {
    accept,
    "accept-encoding": "identity",
    "user-agent": "rhesis",
  };
  for (const field of fields) {
    const value = fillField(field, variables);
    if (field.template && !headerText.test(value))
      throw new TemplateError(`The header ${field.name} would hold line breaks or characters a header cannot carry.`);
    headers[field.name] = value;
  }
  return headers;
}

function fillBody(body: Json, isText: boolean, headers: Record<string, string>): string {
  const type = headers["content-type"];
  if (isText && typeof body === "string") {
    headers["content-type"] = type ?? (isJson(body) ? "application/json" : "text/plain; charset=utf-8");
    return body;
  }
  if (type?.toLowerCase().startsWith(formType)) return new URLSearchParams(queryOf(body)).toString();
  headers["content-type"] = type ?? "application/json";
  return JSON.stringify(body);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A filled mapping as fields of a query or form: lists repeat their key, objects are written as JSON. */
function queryOf(body: Json | undefined): [string, string][] {
  if (body === undefined || body === null || typeof body !== "object" || Array.isArray(body)) return [];
  return Object.entries(body).flatMap(([key, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values
      .filter((item) => item !== null)
      .map((item): [string, string] => [key, typeof item === "object" ? JSON.stringify(item) : String(item)]);
  });
}

function withQuery(path: string, fields: [string, string][]): string {
  if (fields.length === 0) return path;
  return path + (path.includes("?") ? "&" : "?") + new URLSearchParams(fields).toString();
}

function identify(request: BuiltRequest, config: TargetConfig, credentials: Credentials): BuiltRequest {
  const { auth } = config;
  const secret = credentials.secret ?? "";
  if (credentials.idempotencyKey !== undefined) request.headers["idempotency-key"] = credentials.idempotencyKey;
  if (auth.type === "bearer") request.headers["authorization"] = `Bearer ${secret}`;
  if (auth.type === "client_credentials") request.headers["authorization"] = `Bearer ${credentials.accessToken ?? ""}`;
  if (auth.type === "api_key" && auth.in === "header") request.headers[auth.name.toLowerCase()] = secret;
  if (auth.type === "api_key" && auth.in === "query") {
    const { path } = request;
    request.path = withQuery(path, [[auth.name, secret]]);
    request.shownPath = `${path}${path.includes("?") ? "&" : "?"}${auth.name}=${mask}`;
  }
  return request;
}
