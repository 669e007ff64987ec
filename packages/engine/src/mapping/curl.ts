/** Proposes a target from a pasted curl command, without a model and without a call. */
import { httpMethods, type Json, type TargetConfig } from "../target/schema.ts";
import { checkedConfig } from "./checked-config.ts";
import { takeCredentials, type Field } from "./credential.ts";
import { addressOf, addressWith, shellVariables } from "./curl-address.ts";
import { bodyOf, dataText, fieldsOfForm, objectOf, type CurlBody } from "./curl-body.ts";
import { headersOf, keptHeaders } from "./curl-headers.ts";
import type { CurlCommand } from "./curl-options.ts";
import { asKnownApi } from "./known-apis.ts";
import { literalTemplate } from "./literal-template.ts";
import { placeVariables } from "./place-variables.ts";
import { ProposalError } from "./proposal-error.ts";
import { readCurl } from "./read-curl.ts";
import type { CurlProposal } from "./schema.ts";

type Method = TargetConfig["method"];
type Content = { mapping: Json; query: Record<string, string>; in_url: Field[]; notes: string[] };

const bodiless: ReadonlySet<string> = new Set(["GET", "DELETE"]);
const mostNotes = 30;

/**
 * Reads a curl command as a target. The message in it becomes `{{ input }}`, a conversation `{{ messages }}`, its id
 * `{{ conversation_id }}`. A secret is in `secret` and nowhere else.
 * @throws ProposalError for what is no curl command, or one whose call an endpoint cannot make
 */
export function proposeFromCurl(source: string): CurlProposal {
  const command = readCurl(source);
  const address = addressOf(command);
  const headers = headersOf(headerLines(command));
  const text = dataText(command.data);
  const credentials = takeCredentials({
    headers,
    query: queryOf(command, address.url, text),
    user: command.user ?? address.user,
    bearer: command.bearer,
  });
  const body = text === null || command.in_query ? null : bodyOf(text, contentTypeOf(headers, command));
  const method = methodOf(command, body);
  const content = contentOf(method, body, credentials.query);
  const kept = keptHeaders(credentials.headers);
  const known = asKnownApi(address.url.pathname, content.mapping);
  const config = checkedConfig({
    url: addressWith(address.url, content.in_url),
    method,
    headers: Object.fromEntries([...contentHeader(body, method), ...kept.headers.map(literalField)]),
    query: content.query,
    request_mapping: known.mapping,
    response_mapping: known.response_mapping,
    auth: credentials.auth,
    ...limitsOf(command),
  });
  const notes = [
    ...content.notes,
    ...credentials.notes,
    ...kept.notes,
    ...address.notes,
    ...known.notes,
    ...commandNotes(command, config),
  ];
  return { type: "curl", config, secret: credentials.secret, notes: [...new Set(notes)].slice(0, mostNotes) };
}

function headerLines({ headers, cookie }: CurlCommand): string[] {
  // Without `=` it is the name of a file.
  return cookie === null || !cookie.includes("=") ? headers : [...headers, `Cookie: ${cookie}`];
}

function queryOf(command: CurlCommand, url: URL, text: string | null): Field[] {
  const parts = [url.search, dataText(command.query), command.in_query ? text : null];
  return parts.flatMap((part) => (part === null ? [] : fieldsOfForm(part)));
}

function contentTypeOf(headers: readonly Field[], { data }: CurlCommand): string | null {
  const said = headers.findLast(([name]) => name.toLowerCase() === "content-type")?.[1];
  return said ?? (data.some(({ kind }) => kind === "json") ? "application/json" : null);
}

function methodOf({ method, in_query }: CurlCommand, body: CurlBody | null): Method {
  const said = method ?? (body === null || in_query ? "GET" : "POST");
  const known = httpMethods.find((one) => one === said);
  if (known === undefined) throw new ProposalError(`An endpoint is called with one of ${httpMethods.join(", ")}.`);
  return known;
}

/** What goes into the body and what into the address. Where there is no body, the mapping is the address's parameters. */
function contentOf(method: Method, body: CurlBody | null, fields: readonly Field[]): Content {
  const object = objectOf(fields);
  if (body === null && bodiless.has(method)) {
    const { mapping, notes } = placeVariables(object);
    return { mapping: fields.length === 0 ? null : mapping, query: {}, in_url: [], notes };
  }
  const placed = placeVariables(object, body?.has_input !== true);
  const notes = body !== null && fields.length === 0 ? [] : placed.notes;
  const once: Record<string, string> = {};
  // A parameter that comes several times can only stand in the address itself.
  const several = new Set<string>();
  for (const [name, value] of Object.entries(placed.mapping as { [key: string]: Json }))
    if (typeof value === "string") once[name] = value;
    else several.add(name);
  const moved =
    body !== null && bodiless.has(method)
      ? [`An endpoint sends the body of a ${method} as parameters of the address, unlike the command.`]
      : [];
  return {
    mapping: body?.mapping ?? null,
    query: once,
    in_url: fields.filter(([name]) => several.has(name)),
    notes: [...(body?.notes ?? []), ...notes, ...moved],
  };
}

function contentHeader(body: CurlBody | null, method: Method): Field[] {
  const type = body?.content_type ?? null;
  return type === null || bodiless.has(method) ? [] : [["Content-Type", type]];
}

function literalField([name, value]: Field): Field {
  return [name, literalTemplate(value)];
}

function limitsOf({ timeout_s, attempts }: CurlCommand): { timeout_ms?: number; max_attempts?: number } {
  const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
  return {
    ...(Number.isFinite(timeout_s ?? Number.NaN) && timeout_s !== null && timeout_s > 0
      ? { timeout_ms: within(Math.round(timeout_s * 1000), 100, 600_000) }
      : {}),
    ...(Number.isInteger(attempts ?? Number.NaN) && attempts !== null ? { max_attempts: within(attempts, 1, 10) } : {}),
  };
}

function commandNotes({ notes, has_more, cookie }: CurlCommand, config: TargetConfig): string[] {
  const names = shellVariables(JSON.stringify([config.request_mapping, config.headers, config.query]));
  const variables =
    names.length === 0 ? [] : [`${names.slice(0, 5).join(", ")} is a variable of a shell: put a real value there.`];
  const file = cookie !== null && !cookie.includes("=") ? ["Cookies from a file (-b) were left out."] : [];
  const more = has_more ? ["Only the first command was read, not what follows it."] : [];
  return [...notes, ...variables, ...file, ...more];
}
