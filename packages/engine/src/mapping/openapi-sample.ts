/** Makes an example of what a schema describes. */
import type { Json } from "../target/schema.ts";
import { isConversationId, isHistory, isStreamSwitch, likelyRank, messageRank, plainName } from "./key-names.ts";
import {
  asGroup,
  asJson,
  groupAt,
  keysOf,
  listAt,
  textAt,
  valueAt,
  type Group,
  type OpenApiDocument,
} from "./openapi-document.ts";

/** Stands where a text belongs that the document does not tell. */
export const toFillIn = "(to fill in)";

const mostValues = 2000;
const deepest = 12;
/** A schema may be put together from itself. */
const mostLevels = 60;

const formats: Readonly<Record<string, string>> = {
  uuid: "00000000-0000-4000-8000-000000000000",
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  email: "someone@example.com",
  uri: "https://example.com",
  url: "https://example.com",
};

export type Sample = { value: Json; /** Optional fields of a request that were not needed. */ left_out: string[] };

/** `request`: what has to be sent and what a test needs. `response`: everything that may come. */
export function sampleOf(document: OpenApiDocument, schema: unknown, of: "request" | "response"): Sample {
  const sampler = new Sampler(document, of === "request");
  const value = sampler.make(schema, "", 0);
  const left_out = [...sampler.leftOut].filter((name) => !Object.hasOwn(Object(value) as object, name));
  return { value, left_out };
}

/** The example that stands beside a schema, in a media type or a parameter; undefined where there is none. */
export function exampleBeside(document: OpenApiDocument, beside: Group): Json | undefined {
  const own = valueAt(beside, "example");
  if (own !== undefined) return asJson(own);
  const examples = groupAt(beside, "examples");
  const [first] = keysOf(examples, 1);
  const value = first === undefined ? undefined : valueAt(document.at(examples, first), "value");
  return value === undefined ? undefined : asJson(value);
}

class Sampler {
  readonly leftOut = new Set<string>();
  private count = 0;
  private level = 0;
  private readonly document: OpenApiDocument;
  private readonly isRequest: boolean;

  constructor(document: OpenApiDocument, isRequest: boolean) {
    this.document = document;
    this.isRequest = isRequest;
  }

  /** @param name the key that the value will have */
  make(written: unknown, name: string, depth: number): Json {
    this.count += 1;
    if (this.count > mostValues || depth > deepest || this.level > mostLevels) return null;
    const schema = this.document.resolve(written);
    if (schema === null) return null;
    this.level += 1;
    const value = this.made(schema, name, depth);
    this.level -= 1;
    return value;
  }

  private made(schema: Group, name: string, depth: number): Json {
    const said = saidValue(schema, name);
    if (said !== undefined) return said;
    const all = listAt(schema, "allOf");
    if (all.length > 0) return this.merged([...all.slice(0, 20), withoutAllOf(schema)], name, depth);
    const [variant] = this.variants(schema);
    if (variant !== undefined) return this.make(variant, name, depth + 1);
    return this.ofType(schema, name, depth);
  }

  private variants(schema: Group): unknown[] {
    const options = [...listAt(schema, "oneOf"), ...listAt(schema, "anyOf")].slice(0, 20);
    return options.filter((option) => textAt(this.document.resolve(option), "type") !== "null");
  }

  private ofType(schema: Group, name: string, depth: number): Json {
    switch (typeOf(schema)) {
      case "object":
        return this.object(schema, depth);
      case "array":
        return this.list(schema, name, depth);
      case "string":
        return this.text(schema, name);
      case "integer":
      case "number":
        return numberOf(schema);
      case "boolean":
        return false;
      default:
        return this.isRequest && messageRank(name, null) !== null ? toFillIn : null;
    }
  }

  private merged(parts: readonly unknown[], name: string, depth: number): Json {
    const values = parts.map((part) => this.make(part, name, depth));
    const groups = values.map(asGroup).filter((value) => value !== null);
    if (groups.length > 0) return asJson(Object.fromEntries(groups.flatMap((group) => Object.entries(group))));
    return values.find((value) => value !== null) ?? null;
  }

  private object(schema: Group, depth: number): Json {
    const properties = groupAt(schema, "properties");
    const names = keysOf(properties, 300);
    const isHidden = (name: string): boolean =>
      valueAt(groupAt(properties, name), this.isRequest ? "readOnly" : "writeOnly") === true;
    const wanted = this.isRequest ? this.wanted(schema, names) : new Set(names);
    const kept = names.filter((name) => wanted.has(name) && !isHidden(name));
    if (depth === 0) for (const name of names) if (!wanted.has(name)) this.leftOut.add(name);
    return Object.fromEntries(kept.map((name) => [name, this.make(valueAt(properties, name), name, depth + 1)]));
  }

  /** What is required, and what a test fills in. Everything where the schema tells neither. */
  private wanted(schema: Group, names: readonly string[]): ReadonlySet<string> {
    const required = listAt(schema, "required").filter((name): name is string => typeof name === "string");
    const telling = names.filter((name) => this.isFilledIn(name, groupAt(groupAt(schema, "properties"), name)));
    const wanted = new Set([...required, ...telling]);
    return wanted.size === 0 ? new Set(names) : wanted;
  }

  private isFilledIn(name: string, schema: Group | null): boolean {
    if (isConversationId(name)) return true;
    if (isStreamSwitch(name)) return valueAt(schema, "default") === true;
    const rank = messageRank(name, null);
    return /^(?:chat_)?messages$/.test(plainName(name)) || (rank !== null && rank <= likelyRank);
  }

  private list(schema: Group, name: string, depth: number): Json {
    const isNeeded = !this.isRequest || Number(valueAt(schema, "minItems")) > 0;
    const item = this.make(valueAt(schema, "items"), name, depth + 1);
    const isTurn = typeof item === "object" && item !== null && Object.hasOwn(item, "role");
    return (isNeeded || (isTurn && !isHistory(name))) && item !== null ? [item] : [];
  }

  private text(schema: Group, name: string): string {
    if (/^(?:role|author)$/.test(plainName(name))) return this.isRequest ? "user" : "assistant";
    return formats[textAt(schema, "format")] ?? toFillIn;
  }
}

function withoutAllOf(schema: Group): Group {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "allOf"));
}

/** An example, or the only or first value that may stand there. */
function saidValue(schema: Group, name: string): Json | undefined {
  const [firstExample] = listAt(schema, "examples");
  const choices = listAt(schema, "enum");
  const spoken = plainName(name) === "role" ? choices.find((choice) => choice === "user") : undefined;
  const said = [valueAt(schema, "example"), firstExample, valueAt(schema, "const"), spoken, valueAt(schema, "default")];
  const value = said.find((one) => one !== undefined && one !== null) ?? choices.find((choice) => choice !== null);
  return value === undefined ? undefined : asJson(value);
}

function typeOf(schema: Group): string {
  const type = valueAt(schema, "type");
  const known = Array.isArray(type) ? type.find((one) => one !== "null") : type;
  if (typeof known === "string") return known;
  if (asGroup(valueAt(schema, "properties")) !== null) return "object";
  return valueAt(schema, "items") === undefined ? "" : "array";
}

function numberOf(schema: Group): number {
  const least = valueAt(schema, "minimum");
  return typeof least === "number" && Number.isFinite(least) ? least : 1;
}
