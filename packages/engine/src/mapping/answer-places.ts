/** Finds where in an example answer the text, the sources and the rest stand: best first, each with a reason. */
import { checkPath, findAll } from "../json-path.ts";
import type { Json, ResponseMapping } from "../target/schema.ts";
import { partsOf, type Part, type Ranked } from "./answer-walk.ts";
import { contextPlaces } from "./context-places.ts";
import { isConversationId, isNeverSaid } from "./key-names.ts";
import { knownAnswers, titleOfApi, type KnownApi } from "./known-apis.ts";
import { every, pathOf } from "./path-of.ts";

export type Place = { path: string; reason: string; sample: string };
export type Places = { [Field in keyof Required<ResponseMapping>]: Place[] };

export const noPlaces: Places = { output: [], conversation_id: [], context: [], metadata: [], tool_calls: [] };

const mostPlaces = 5;
const sampleCharacters = 200;
const listed = (names: string): ReadonlyMap<string, number> =>
  new Map(names.split(",").map((name, rank): [string, number] => [name, rank]));

const answerNames = listed(
  "answer,reply,response,output,output_text,bot_response,assistant_response,assistant_message,generated_text," +
    "completion,response_text,answer_text,fulfillment_text,message,result,text,content,summary,body,msg,speech," +
    "utterance,value,data,label,prediction,intent",
);
const genericNames: ReadonlySet<string> = new Set(["text", "content", "value", "body", "data", "message", "parts"]);
const metadataNames = listed("metadata,meta,usage,usage_metadata,token_usage,debug,stats,info,details");
const toolNames = listed(
  "tool_calls,tool_uses,function_calls,tools_used,tool_results,intermediate_steps,agent_steps,actions,steps",
);
/** What was asked, not what was answered; and classes, which are found by their names. */
const notAnswered = /^(?:question|query|prompt|inputs?|user.*|label|prediction|intent)$/;

export function placesOf(answer: Json): Places {
  const parts = partsOf(answer);
  const known = knownShape(answer);
  const knownPlaces = (field: keyof ResponseMapping): Ranked[] => {
    const path = known === null ? undefined : (knownAnswers[known] as ResponseMapping)[field];
    const reason = known === null ? "" : `${titleOfApi(known)} puts it there`;
    return path === undefined ? [] : [{ path, reason, rank: -1 }];
  };
  const best = (ranked: Ranked[]): Place[] => shown(ranked, answer);
  return {
    output: best([...knownPlaces("output"), ...parts.flatMap(outputPlace), ...longestText(parts)]),
    conversation_id: best(parts.flatMap(conversationPlace)),
    context: best(parts.flatMap(contextPlaces)),
    metadata: best([...knownPlaces("metadata"), ...parts.flatMap((part) => namedGroup(part))]),
    tool_calls: best([...knownPlaces("tool_calls"), ...parts.flatMap(toolPlace)]),
  };
}

/** The API whose answer this is. */
function knownShape(answer: Json): KnownApi | null {
  const apis: KnownApi[] = ["openai_chat", "openai_responses", "anthropic", "gemini", "ollama_chat"];
  return apis.find((api) => typeof findAll(knownAnswers[api].output, answer, 1)[0] === "string") ?? null;
}

function outputPlace({ steps, value, name, above, is_beside }: Part): Ranked[] {
  if (typeof value !== "string" || is_beside) return [];
  const own = answerNames.get(name);
  const outer = genericNames.has(name) ? answerNames.get(above) : undefined;
  if (own === undefined) return [];
  const rank = Math.min(own, outer === undefined ? own : outer + 0.5) + steps.length / 4 + (value === "" ? 50 : 0);
  return [{ path: pathOf(steps), reason: `Its name is “${name}”`, rank }];
}

const afterNames = 100;

function longestText(parts: readonly Part[]): Ranked[] {
  const texts = parts.flatMap(({ value, steps, is_beside, name }) =>
    typeof value === "string" && !is_beside && /\s/.test(value) && !isNeverSaid(name) && !notAnswered.test(name)
      ? [{ steps, length: value.length }]
      : [],
  );
  const [longest] = texts.toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  return [{ path: pathOf(longest.steps), reason: "It is the longest text", rank: afterNames }];
}

function conversationPlace({ steps, value, name, above, is_beside }: Part): Ranked[] {
  if ((typeof value !== "string" && typeof value !== "number") || is_beside) return [];
  const isNamed = isConversationId(name);
  const isInside = /^(?:id|uuid)$/.test(name) && /^(?:conversation|session|thread|chat|dialog)$/.test(above);
  if (!isNamed && !isInside) return [];
  const shownName = isInside ? `${above}.${name}` : name;
  return [{ path: pathOf(steps), reason: `Its name is “${shownName}”`, rank: steps.length }];
}

function namedGroup({ steps, value, name, is_inside }: Part): Ranked[] {
  const rank = metadataNames.get(name);
  if (rank === undefined || is_inside || typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return [{ path: pathOf(steps), reason: `Its name is “${name}”`, rank: rank + steps.length }];
}

function toolPlace({ steps, value, name }: Part): Ranked[] {
  const rank = toolNames.get(name);
  if (rank === undefined || !Array.isArray(value)) return [];
  return [{ path: pathOf([...steps, every]), reason: `Its name is “${name}”`, rank: rank + steps.length }];
}

function shown(ranked: readonly Ranked[], answer: Json): Place[] {
  const places: Place[] = [];
  for (const { path, reason } of ranked.toSorted((a, b) => a.rank - b.rank)) {
    if (places.length >= mostPlaces) break;
    if (checkPath(path) !== null || places.some((place) => place.path === path)) continue;
    places.push({ path, reason, sample: sampleAt(path, answer) });
  }
  return places;
}

function sampleAt(path: string, answer: Json): string {
  const [value] = findAll(path, answer, 1);
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > sampleCharacters ? `${text.slice(0, sampleCharacters).toWellFormed()}…` : text;
}
