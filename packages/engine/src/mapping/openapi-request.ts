/** What an operation takes: a body and parameters, with what a test has to fill in. */
import { parseCleanJson } from "../target/clean-json.ts";
import { bodyKey } from "../target/map-request.ts";
import type { Json } from "../target/schema.ts";
import { isSecretHeader, isSecretParameter } from "../target/visible-secret.ts";
import { bodySlots, placeText } from "./body-slots.ts";
import { isConversationId } from "./key-names.ts";
import { literalTemplate } from "./literal-template.ts";
import { keysOf, textAt, valueAt, type Group, type OpenApiDocument } from "./openapi-document.ts";
import { isTelling, parametersOf, type Operation } from "./openapi-operations.ts";
import { exampleBeside, sampleOf, toFillIn } from "./openapi-sample.ts";
import { placeVariables, type Placed } from "./place-variables.ts";

export type ProposedRequest = {
  path: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  mapping: Json;
  /** The answer is asked for in pieces. */
  streams: boolean;
  notes: string[];
};
type Body = Placed & { content_type: string | null };

const formType = "application/x-www-form-urlencoded";
const mostListed = 8;

/** @param mayStream whether the operation can answer in pieces */
export function requestOf(
  document: OpenApiDocument,
  { operation, item, method, path }: Operation,
  mayStream: boolean,
): ProposedRequest {
  const parameters = parametersOf(document, item, operation);
  const body = bodyOf(document, operation, mayStream);
  const fields = queryOf(document, parameters);
  const placed = placeVariables(fields, body?.has_input !== true, mayStream);
  const hasFields = Object.keys(fields).length > 0;
  const isInAddress = (body === null || body.mapping === null) && (method === "GET" || method === "DELETE");
  const mapping = isInAddress ? (hasFields ? placed.mapping : null) : (body?.mapping ?? null);
  const query = isInAddress ? {} : (placed.mapping as Record<string, string>);
  const filled = filledPath(document, parameters, path);
  const headers = headersOf(document, parameters, isInAddress ? null : (body?.content_type ?? null));
  return {
    path: filled.path,
    headers: headers.headers,
    query,
    mapping,
    streams: placed.streams || body?.streams === true,
    notes: [
      ...(body?.notes ?? []),
      ...(hasFields || body === null ? placed.notes : []),
      ...filled.notes,
      ...headers.notes,
      ...emptyPlaces({ mapping, query }),
    ],
  };
}

function bodyOf(document: OpenApiDocument, operation: Group, mayStream: boolean): Body | null {
  const content = document.at(document.at(operation, "requestBody"), "content");
  const types = keysOf(content, 20);
  const type = [/json/i, /x-www-form-urlencoded/i, /text\/plain/i].flatMap(
    (kind) => types.find((one) => kind.test(one)) ?? [],
  )[0];
  if (type === undefined) {
    if (types.length === 0) return null;
    const notes = [
      "It takes a body that an endpoint cannot send, such as a form with files. Choose another operation.",
    ];
    return { mapping: null, notes, has_input: false, streams: false, content_type: null };
  }
  if (/^text\//i.test(type)) {
    const notes = ["The whole body is the message: it is replaced by {{ input }}."];
    return { mapping: { [bodyKey]: "{{ input }}" }, notes, has_input: true, streams: false, content_type: null };
  }
  const media = document.at(content, type);
  const { value, notes } = exampleOf(document, media);
  const placed = placeVariables(value, true, mayStream);
  const isForm = /x-www-form-urlencoded/i.test(type);
  const isUsual = /^application\/json\b/i.test(type) || type.includes("*");
  return { ...placed, notes: [...placed.notes, ...notes], content_type: isForm ? formType : isUsual ? null : type };
}

function exampleOf(document: OpenApiDocument, media: Group | null): { value: Json; notes: string[] } {
  const example = media === null ? undefined : exampleBeside(document, media);
  if (example !== undefined) {
    const parsed = typeof example === "string" ? parseCleanJson(example) : undefined;
    return { value: parsed ?? example, notes: ["The body is the example of the document."] };
  }
  const { value, left_out } = sampleOf(document, valueAt(media, "schema"), "request");
  const shown = left_out.slice(0, mostListed).join(", ") + (left_out.length > mostListed ? ", …" : "");
  return { value, notes: left_out.length === 0 ? [] : [`Optional fields were left out: ${shown}.`] };
}

/** What is required of the parameters in the address, and what a test fills in. */
function queryOf(document: OpenApiDocument, parameters: readonly Group[]): { [name: string]: Json } {
  const wanted = parameters.filter((one) => {
    const name = textAt(one, "name");
    if (textAt(one, "in") !== "query" || isSecretParameter(name)) return false;
    return valueAt(one, "required") === true || isTelling(name) || isConversationId(name);
  });
  return Object.fromEntries(wanted.map((one) => [textAt(one, "name"), valueOf(document, one)]));
}

function valueOf(document: OpenApiDocument, parameter: Group): string {
  const value = exampleBeside(document, parameter) ?? sampleOf(document, valueAt(parameter, "schema"), "request").value;
  const [first] = Array.isArray(value) ? value : [value];
  return (typeof first === "string" ? first : (JSON.stringify(first ?? "") ?? "")).slice(0, 4000);
}

function filledPath(
  document: OpenApiDocument,
  parameters: readonly Group[],
  path: string,
): { path: string; notes: string[] } {
  const values = new Map<string, string>();
  for (const one of parameters)
    if (textAt(one, "in") === "path") values.set(textAt(one, "name"), valueOf(document, one));
  const open: string[] = [];
  const filled = path.replaceAll(/\{([^{}]{1,64})\}/g, (place, name: string) => {
    const value = values.get(name);
    if (value !== undefined && value !== toFillIn && value !== "") return encodeURIComponent(value.toWellFormed());
    open.push(place);
    return place;
  });
  const notes = open.length === 0 ? [] : [`Put real values in place of ${open.join(", ")} in the address.`];
  const shared = open.some((place) => isConversationId(place.slice(1, -1)))
    ? ["The address holds the id of a conversation, so all tests would talk in the same one."]
    : [];
  return { path: filled, notes: [...notes, ...shared] };
}

function headersOf(
  document: OpenApiDocument,
  parameters: readonly Group[],
  content_type: string | null,
): { headers: Record<string, string>; notes: string[] } {
  const headers: [string, string][] = content_type === null ? [] : [["Content-Type", content_type]];
  const notes: string[] = [];
  for (const one of parameters) {
    const name = textAt(one, "name");
    const isOurs = /^(?:accept|content-type|authorization)$/i.test(name);
    if (textAt(one, "in") !== "header" || valueAt(one, "required") !== true || isOurs) continue;
    if (!/^[\w-]{1,100}$/.test(name) || name.startsWith("__")) continue;
    if (isSecretHeader(name))
      notes.push(`It asks for the header ${name}. If it is a key, choose “API key” with that name.`);
    else headers.push([name, literalTemplate(valueOf(document, one).replaceAll(/[^\t\u0020-\u007e]/g, ""))]);
  }
  const open = headers.filter(([, value]) => value === toFillIn).map(([name]) => name);
  if (open.length > 0) notes.push(`Headers to fill in: ${open.join(", ")}.`);
  return { headers: Object.fromEntries(headers), notes };
}

function emptyPlaces({ mapping, query }: Pick<ProposedRequest, "mapping" | "query">): string[] {
  const texts = [mapping, query].flatMap((body) => bodySlots({ body: structuredClone(body) }).texts);
  const places = texts.filter(({ text }) => text === toFillIn).map(({ path }) => placeText(path));
  if (places.length === 0) return [];
  const shown = places.slice(0, mostListed).join(", ") + (places.length > mostListed ? ", …" : "");
  return [`Still to fill in: ${shown}.`];
}
