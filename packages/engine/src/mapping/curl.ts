/** Proposes a target from a pasted curl command, without a model and without a call. */
import { httpMethods, type Json, type TargetConfig } from "../target/schema.ts";
import { checkedConfig } from "./checked-config.ts";
import { takeCredentials, type Field } from "./credential.ts";
import { addressOf, addressWith, shellVariables } from "./curl-address.ts";
import { bodyOf, dataText, fieldsOfForm, firstMessage, objectOf, type CurlBody } from "./curl-body.ts";
import { asksForWebSocket, headersOf, keptHeaders, streamFormatOf, subprotocolOf } from "./curl-headers.ts";
import type { CurlCommand } from "./curl-options.ts";
import { asKnownApi, type Reading } from "./known-apis.ts";
import { literalTemplate } from "./literal-template.ts";
import { placeVariables } from "./place-variables.ts";
import { ProposalError } from "./proposal-error.ts";
import { readCurl } from "./read-curl.ts";
import type { CurlProposal } from "./schema.ts";

type Method = TargetConfig["method"];
type Content = { mapping: Json; query: Record<string, string>; in_url: Field[]; streams: boolean; notes: string[] };

const bodiless: ReadonlySet<string> = new Set(["GET", "DELETE"]);
const mostNotes = 30;

/**
 * Reads a curl command as a target. The message in it becomes `{{ input }}`, a conversation `{{ messages }}`, its id
 * `{{ conversation_id }}`. A secret is in `secret` and nowhere else.
 * @throws ProposalError for what is no curl command, or one whose call an endpoint cannot make
 */
export function proposeFromCurl(source: string): CurlProposal {
  const command = readCurl(source);
  const headers = headersOf(headerLines(command));
  const address = addressOf(command, asksForWebSocket(headers));
  const text = dataText(command.data);
  const credentials = takeCredentials({
    headers,
    query: queryOf(command, address.url, text),
    user: command.user ?? address.user,
    bearer: command.bearer,
  });
  const isSocket = /^wss?:$/.test(address.url.protocol);
  const sent = command.in_query ? null : text;
  const call = isSocket
    ? socketCall(sent, credentials.query, headers)
    : httpCall(command, sent, { headers, query: credentials.query });
  const kept = keptHeaders(credentials.headers);
  const answer = isSocket ? fromSocket : answerOf(address.url.pathname, call.content, headers);
  const config = checkedConfig({
    ...call.config,
    url: addressWith(address.url, call.content.in_url),
    headers: Object.fromEntries([...call.headers, ...kept.headers.map(literalField)]),
    query: call.content.query,
    request_mapping: answer.mapping ?? call.content.mapping,
    ...answer.reading,
    auth: credentials.auth,
    ...limitsOf(command),
  });
  const notes = [
    ...call.content.notes,
    ...credentials.notes,
    ...kept.notes,
    ...address.notes,
    ...answer.notes,
    ...commandNotes(command, config),
  ];
  return { type: "curl", config, secret: credentials.secret, notes: [...new Set(notes)].slice(0, mostNotes) };
}

type Call = {
  config: Pick<Partial<TargetConfig>, "method" | "protocol" | "subprotocol">;
  headers: Field[];
  content: Content;
};

function httpCall(command: CurlCommand, text: string | null, given: { headers: Field[]; query: Field[] }): Call {
  const body = text === null ? null : bodyOf(text, contentTypeOf(given.headers, command));
  const method = methodOf(command, body);
  return { config: { method }, headers: contentHeader(body, method), content: contentOf(method, body, given.query) };
}

function socketCall(text: string | null, query: readonly Field[], headers: readonly Field[]): Call {
  const { subprotocol, notes } = subprotocolOf(headers);
  const content = contentOf("POST", firstMessage(text), query);
  const config = { protocol: "websocket", subprotocol } as const;
  return { config, headers: [], content: { ...content, notes: [...content.notes, ...notes] } };
}

type Answer = { mapping: Json | undefined; reading: Partial<Reading>; notes: string[] };

const fromSocket: Answer = {
  mapping: undefined,
  reading: {},
  notes: [
    "It is called over a WebSocket. If the connection stays open after an answer, enter what marks its end: try a call " +
      "and use its answer as an example.",
  ],
};

/** What the command says of the answer. */
function answerOf(path: string, { mapping, streams }: Content, headers: readonly Field[]): Answer {
  const asked = streamFormatOf(headers);
  const known = asKnownApi(path, mapping, streams || asked !== null ? true : null);
  if (known.reading !== null) return { ...known, reading: known.reading };
  if (!streams && asked === null) return { mapping, reading: {}, notes: [] };
  const response_format = asked ?? "sse";
  const how = response_format === "sse" ? "server-sent events" : "one JSON text a line";
  const notes = [
    `The answer is read as ${how}. Which part of a piece is text is not known yet: try a call and use its answer as an example.`,
  ];
  return { mapping, reading: { response_format }, notes };
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
    const { mapping, notes, streams } = placeVariables(object);
    return { mapping: fields.length === 0 ? null : mapping, query: {}, in_url: [], streams, notes };
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
    streams: placed.streams || body?.streams === true,
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
