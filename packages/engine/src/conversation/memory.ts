import { conversationNames } from "../target/map-request.ts";
import type { Json, TargetConfig } from "../target/schema.ts";
import { templateNames } from "../template/render.ts";
import type { ConversationMemory } from "./schema.ts";

/** Told by the variables that the requests of a target use. */
export function conversationMemory(
  config: Pick<TargetConfig, "request_mapping" | "headers" | "query">,
): ConversationMemory {
  const names = new Set<string>();
  collect([config.request_mapping, config.headers, config.query], names);
  if (names.has("messages")) return "history";
  return conversationNames.some((name) => names.has(name)) ? "id" : "none";
}

function collect(node: Json, names: Set<string>): void {
  if (typeof node === "string") for (const name of namesIn(node)) names.add(name);
  else if (typeof node === "object" && node !== null) for (const child of Object.values(node)) collect(child, names);
}

/** A template that cannot be read is told of when it is used. */
function namesIn(text: string): Iterable<string> {
  try {
    return templateNames(text);
  } catch {
    return [];
  }
}
