/** What to send to a function nobody has described yet, told from the names of its parameters. */
import { isConversationId, isHistory, isNeverSaid, isSetup, messageRank, plainName } from "../mapping/key-names.ts";
import type { Json } from "../target/schema.ts";
import type { FunctionParameter } from "./schema.ts";

const textType = /^(?:str|string|text|)$/i;
const listOfMessages = /^(?:messages|chat_messages|conversation|turns)$/;

/**
 * The request mapping of a function: what a test says goes into the parameter whose name sounds most like it, else into
 * the first text. Parameters with a default that no name explains are left to it.
 */
export function defaultMapping(parameters: Record<string, FunctionParameter>): Json {
  const names = Object.keys(parameters);
  const said = inputOf(parameters);
  const entries = names.flatMap((name): [string, Json][] => {
    if (name === said) return [[name, "{{ input }}"]];
    if (isConversationId(name)) return [[name, "{{ conversation_id }}"]];
    if (listOfMessages.test(plainName(name)) || isHistory(name)) return [[name, "{{ messages }}"]];
    return [];
  });
  return Object.fromEntries(entries);
}

function inputOf(parameters: Record<string, FunctionParameter>): string | null {
  const texts = Object.entries(parameters)
    .filter(([, { type = "" }]) => textType.test(type))
    .map(([name]) => name)
    .filter((name) => !isConversationId(name) && !listOfMessages.test(plainName(name)) && !isHistory(name));
  const ranked = texts
    .map((name) => ({ name, rank: messageRank(name, null) }))
    .filter((found): found is { name: string; rank: number } => found.rank !== null)
    .toSorted((a, b) => a.rank - b.rank);
  return ranked[0]?.name ?? texts.find((name) => !isNeverSaid(name) && !isSetup(name)) ?? texts[0] ?? null;
}
