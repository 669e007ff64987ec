/** An OpenAPI document as it was pasted: JSON or YAML, with references inside of it only. */
import { load, YAMLException } from "js-yaml";
import { parseCleanJson } from "../target/clean-json.ts";
import type { Json } from "../target/schema.ts";
import { ProposalError } from "./proposal-error.ts";

/** A group of the document. What is in it is whatever somebody wrote there. */
export type Group = Readonly<Record<string, unknown>>;

/** Characters of YAML that are read within a second. */
export const longestYaml = 500_000;
const deepest = 100;
const mostAliases = 1000;
const mostHops = 20;
/** Values that are taken over from one example. */
const mostCopied = 5000;

/** @throws ProposalError where it is no OpenAPI 3 document */
export function readDocument(source: string): OpenApiDocument {
  const root = asGroup(source.trimStart().startsWith("{") ? parseCleanJson(source) : parseYaml(source));
  if (root === null)
    throw new ProposalError("This is no OpenAPI document: it is neither JSON nor YAML with groups in it.");
  const version = valueAt(root, "openapi");
  if (valueAt(root, "swagger") !== undefined)
    throw new ProposalError(
      "This is a Swagger 2.0 document. Convert it to OpenAPI 3, which most tools can, and paste that.",
    );
  if (typeof version !== "string" || !version.startsWith("3.") || groupAt(root, "paths") === null)
    throw new ProposalError("This is no OpenAPI 3 document: it does not say “openapi: 3…” or has no paths.");
  return new OpenApiDocument(root);
}

function parseYaml(source: string): unknown {
  if (source.length > longestYaml)
    throw new ProposalError(
      `YAML may have at most ${longestYaml} characters. Paste the document as JSON, which may be longer.`,
    );
  try {
    return load(source, { maxDepth: deepest, maxAliases: mostAliases });
  } catch (error) {
    const line =
      error instanceof YAMLException && error.mark !== undefined ? ` Line ${error.mark.line + 1} is wrong.` : "";
    throw new ProposalError(`The document is neither JSON nor YAML that can be read.${line}`, { cause: error });
  }
}

export class OpenApiDocument {
  readonly root: Group;
  /** A reference led out of the document, or to nothing. */
  has_lost_references = false;

  private left = 0;

  constructor(root: Group) {
    this.root = root;
  }

  /** How often things may be looked up from now on. After that nothing is found any more. */
  allow(lookups: number): void {
    this.left = lookups;
  }

  /** The group itself, or what it refers to; null where that is nothing. */
  resolve(value: unknown): Group | null {
    this.left -= 1;
    if (this.left < 0) return null;
    let group = asGroup(value);
    for (let hops = 0; group !== null && hops < mostHops; hops += 1) {
      const reference = valueAt(group, "$ref");
      if (typeof reference !== "string") return group;
      group = this.find(reference);
    }
    this.has_lost_references ||= asGroup(value) !== null;
    return null;
  }

  /** A group of a group, resolved. */
  at(group: Group | null, key: string): Group | null {
    return group === null ? null : this.resolve(valueAt(group, key));
  }

  private find(reference: string): Group | null {
    if (!reference.startsWith("#/")) return null;
    let value: unknown = this.root;
    for (const part of reference.slice(2).split("/", mostHops)) {
      const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(value)) value = value[Number(name)] as unknown;
      else value = valueAt(asGroup(value), name);
    }
    return asGroup(value);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function asGroup(value: unknown): Group | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Group) : null;
}

export function valueAt(group: Group | null, key: string): unknown {
  return group !== null && Object.hasOwn(group, key) ? group[key] : undefined;
}

export function groupAt(group: Group | null, key: string): Group | null {
  return asGroup(valueAt(group, key));
}

export function listAt(group: Group | null, key: string): readonly unknown[] {
  const value = valueAt(group, key);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function textAt(group: Group | null, key: string): string {
  const value = valueAt(group, key);
  return typeof value === "string" ? value : "";
}

const keys = new WeakMap<Group, string[]>();
const mostKeys = 2000;

/** The names of a group's entries, not more than `most`. Looked up once: many may refer to a group with very many. */
export function keysOf(group: Group | null, most = mostKeys): string[] {
  if (group === null) return [];
  const known = keys.get(group) ?? Object.keys(group).slice(0, mostKeys);
  keys.set(group, known);
  return known.slice(0, most);
}

/** A copy of an example as JSON: YAML knows more than that, and may be in itself. */
export function asJson(value: unknown): Json {
  const left = { values: mostCopied };
  return copied(value, left, 0);
}

function copied(value: unknown, left: { values: number }, depth: number): Json {
  left.values -= 1;
  if (left.values < 0 || depth > deepest) return null;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.slice(0, left.values + 1).map((item) => copied(item, left, depth + 1));
  const group = asGroup(value);
  const entries = keysOf(group).map((key): [string, Json] => [key, copied(valueAt(group, key), left, depth + 1)]);
  return group === null ? null : Object.fromEntries(entries);
}
