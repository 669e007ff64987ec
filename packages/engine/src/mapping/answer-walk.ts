/** A walk through an example answer: its texts, lists, groups and ids, each with its place. */
import type { Json } from "../target/schema.ts";
import { plainName } from "./key-names.ts";
import { asks, dialogueOf } from "./message-array.ts";
import type { PathStep } from "./path-of.ts";

export type Part = {
  steps: readonly PathStep[];
  value: Json;
  /** The nearest name, and the one around it. Plain, empty where there is none. */
  name: string;
  above: string;
  /** Inside of what is not the answer itself: sources, usage, the request. */
  is_beside: boolean;
  /** The same of what it is in. */
  is_inside: boolean;
};

/** A place that something may be read from. The lowest rank is the best. */
export type Ranked = { path: string; reason: string; rank: number };

const mostParts = 20_000;
const deepest = 40;
const beside =
  /^(?:usage|token_usage|usage_metadata|debug|trace|logs?|meta|metadata|request|input|inputs|history|error|errors|config|settings|params|parameters|user|source|sources|source_documents|source_nodes|contexts?|documents?|docs|chunks?|retriev\w+|passages?|references?|citations?|annotations?|search_results|hits|matches|snippets|evidence|tool_calls|tools|steps|intermediate_steps|actions|reasoning|thinking|suggestions|follow_ups?|links)$/;

/** Every part of an answer, the outer ones first. Of a list its first entry stands for all. */
export function partsOf(answer: Json): Part[] {
  const parts: Part[] = [{ steps: [], value: answer, name: "", above: "", is_beside: false, is_inside: false }];
  for (let at = 0; at < parts.length && parts.length < mostParts; at += 1) {
    const part = parts[at] as Part;
    if (part.steps.length < deepest) parts.push(...below(part));
  }
  return parts;
}

function below(part: Part): Part[] {
  const { value, steps, name, above } = part;
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const [first] = value;
    if (first === undefined || dialogueOf(value.slice(0, 100)) !== null) return spokenLast(part, value);
    return [{ steps: [...steps, 0], value: first, name, above, is_beside: part.is_beside, is_inside: part.is_inside }];
  }
  return Object.entries(value).map(([key, inner]) => {
    const plain = plainName(key);
    return {
      steps: [...steps, key],
      value: inner,
      name: plain,
      above: name,
      is_beside: part.is_beside || beside.test(plain),
      is_inside: part.is_beside,
    };
  });
}

/** Of a conversation the newest turn is the answer, if the application said it. */
function spokenLast(part: Part, turns: readonly Json[]): Part[] {
  const last = turns.at(-1);
  if (typeof last !== "object" || last === null || Array.isArray(last) || asks(last)) return [];
  return [{ ...part, steps: [...part.steps, -1], value: last, name: "message" }];
}
