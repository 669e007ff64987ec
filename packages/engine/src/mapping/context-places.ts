/** Where an answer says what it was made from. */
import type { Json } from "../target/schema.ts";
import type { Part, Ranked } from "./answer-walk.ts";
import { plainName } from "./key-names.ts";
import { every, pathOf, type PathStep } from "./path-of.ts";

const listNames =
  "context,contexts,sources,source_documents,documents,docs,chunks,passages,references,citations,source_nodes," +
  "snippets,search_results,hits,matches,evidence,annotations,results";
const listRanks = new Map(listNames.split(",").map((name, rank): [string, number] => [name, rank]));
/** `retrieved_chunks`, `retrieval_context`, `retriever_resources` */
const isRetrieved = /^retriev(?:ed|al|er)_/;
/** Of these an empty list tells nothing. */
const vagueNames: ReadonlySet<string> = new Set(["hits", "matches", "annotations", "results"]);
const textNames = (
  "text,page_content,content,passage,chunk,chunk_text,snippet,excerpt,quote,body,value,summary,description,title,name," +
  "url,source"
).split(",");
const deepestText = 3;

export function contextPlaces({ steps, value, name }: Part): Ranked[] {
  const rank = isRetrieved.test(name) ? 0 : listRanks.get(name);
  if (rank === undefined || typeof steps.at(-1) !== "string") return [];
  const reason = `Its name is “${name}”`;
  const place = (inside: readonly PathStep[], why: string): Ranked[] => [
    { path: pathOf([...steps, ...inside]), reason: why, rank: rank + steps.length },
  ];
  if (typeof value === "string") return place([], reason);
  if (!Array.isArray(value)) return [];
  const [first] = value;
  if (first === undefined) return vagueNames.has(name) ? [] : place([every], `${reason}; it is empty in this example`);
  const text = textInside(first, deepestText);
  if (text === null || text.length === 0) return place([every], reason);
  return place([every, ...text], `${reason}, and the text is in “${text.join(".")}”`);
}

/** The steps to the text of one source; none where it is a text itself, null where there is none. */
function textInside(source: Json, levels: number): string[] | null {
  if (typeof source === "string") return [];
  if (levels === 0 || typeof source !== "object" || source === null || Array.isArray(source)) return null;
  const entries = Object.entries(source);
  for (const name of textNames) {
    const [key] = entries.find(([each, value]) => plainName(each) === name && typeof value === "string") ?? [];
    if (key !== undefined) return [key];
  }
  for (const [key, value] of entries) {
    const inside = textInside(value, levels - 1);
    if (inside !== null && typeof value !== "string") return [key, ...inside];
  }
  return null;
}
