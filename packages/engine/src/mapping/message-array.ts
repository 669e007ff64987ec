/** Lists of who said what, as chat APIs take them. */
import type { Json } from "../target/schema.ts";
import { plainName } from "./key-names.ts";

type Turn = { [key: string]: Json };
export type Dialogue = {
  turns: Turn[];
  /** Turns at its beginning that tell the application what to be. */
  instructions: Turn[];
  /** Role and content as OpenAI and Anthropic have them: `{{ messages }}` fits. */
  is_usual: boolean;
  /** A turn holds more than text: pictures, files. */
  has_files: boolean;
};

const roleKeys = new Set(["role", "author", "sender", "from", "speaker", "type"]);
const roles = /^(?:user|human|customer|client|assistant|ai|bot|agent|model|system|developer|tool|function)$/i;
const instructing = /^(?:system|developer)$/i;
const asking = /^(?:user|human|customer|client)$/i;
const textKeys = ["content", "text", "message", "parts", "body"];

/** Reads a list of turns; null where it is something else. */
export function dialogueOf(list: readonly Json[]): Dialogue | null {
  const turns = list.filter(isTurn);
  if (turns.length === 0 || turns.length !== list.length) return null;
  const after = turns.findIndex((turn) => !instructing.test(roleOf(turn) ?? ""));
  const instructions = turns.slice(0, after < 0 ? turns.length : after);
  return { turns, instructions, is_usual: turns.every(isUsual), has_files: turns.some(hasFiles) };
}

/** The newest turn of a user, or null. */
export function newestQuestion({ turns }: Dialogue): Turn | null {
  return turns.findLast(asks) ?? null;
}

/** A copy of a turn that says `text`; null where its text cannot be found. */
export function saying(turn: Turn, text: string): Turn | null {
  const key = textKeyOf(turn);
  const said = key === null ? undefined : turn[key];
  if (key === null || said === undefined) return null;
  if (typeof said === "string") return { ...turn, [key]: text };
  if (!Array.isArray(said)) return null;
  const part = said.find(isTextPart);
  if (part === undefined) return null;
  return { ...turn, [key]: [typeof part === "string" ? text : { ...part, text }] };
}

function isTurn(item: Json): item is Turn {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return false;
  return roleOf(item) !== null && textKeyOf(item) !== null;
}

function roleOf(turn: Turn): string | null {
  for (const [key, value] of Object.entries(turn))
    if (roleKeys.has(plainName(key)) && typeof value === "string" && roles.test(value)) return value;
  return null;
}

function textKeyOf(turn: Turn): string | null {
  return textKeys.find((key) => typeof turn[key] === "string" || Array.isArray(turn[key])) ?? null;
}

function isUsual({ role, content }: Turn): boolean {
  if (typeof role !== "string" || !/^(?:user|assistant|system|developer|tool)$/.test(role)) return false;
  // Blocks without a type (Bedrock) cannot be replaced by a text.
  return typeof content === "string" || (Array.isArray(content) && content.every((part) => hasType(part)));
}

function hasType(part: Json): boolean {
  return typeof part === "object" && part !== null && !Array.isArray(part) && typeof part["type"] === "string";
}

function isTextPart(part: Json): part is string | { [key: string]: Json } {
  if (typeof part === "string") return true;
  return typeof part === "object" && part !== null && !Array.isArray(part) && typeof part["text"] === "string";
}

function hasFiles(turn: Turn): boolean {
  const said = turn[textKeyOf(turn) ?? ""];
  return Array.isArray(said) && said.some((part) => !isTextPart(part));
}

/** Whether a turn is one of a user. */
export function asks(turn: Turn): boolean {
  return asking.test(roleOf(turn) ?? "");
}
