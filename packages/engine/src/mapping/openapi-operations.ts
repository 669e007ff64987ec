/** Which operations of a document may be the chat of an application. */
import { httpMethods } from "../target/schema.ts";
import { isConversationId, likelyRank, messageRank, plainName } from "./key-names.ts";
import { groupAt, keysOf, listAt, textAt, valueAt, type Group, type OpenApiDocument } from "./openapi-document.ts";

export type Operation = {
  /** `POST /chat` */
  name: string;
  method: (typeof httpMethods)[number];
  path: string;
  /** What all operations of the path share. */
  item: Group;
  operation: Group;
  title: string;
  reason: string;
  /** The highest is the likeliest. */
  score: number;
};

const mostOperations = 1000;
const mostLookups = 50_000;
const longestTitle = 200;
const chatWords = new Set(
  (
    "chat,chats,message,messages,conversation,conversations,completion,completions,ask,question,questions,query,answer," +
    "answers,respond,response,responses,reply,talk,prompt,generate,invoke,predict,inference,assistant,agent,bot,dialog," +
    "dialogue,turn,utterance,llm,rag,copilot"
  ).split(","),
);
const otherWords = new Set(
  (
    "login,logout,auth,token,tokens,oauth,user,users,account,accounts,admin,health,healthz,ready,status,metrics,upload," +
    "file,files,image,images,audio,embedding,embeddings,feedback,rating,webhook,webhooks,delete,history,models,config," +
    "settings,key,keys,billing,moderation,moderations,tokenize,title,stream"
  ).split(","),
);

/** All operations, the likeliest first. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  document.allow(mostLookups);
  const paths = groupAt(document.root, "paths");
  const found: Operation[] = [];
  for (const path of keysOf(paths)) {
    const item = document.at(paths, path);
    for (const method of httpMethods) {
      const operation = groupAt(item, method.toLowerCase());
      if (item === null || operation === null || found.length >= mostOperations) continue;
      found.push(judged(document, { name: `${method} ${path}`, method, path, item, operation }));
    }
  }
  return found.toSorted((a, b) => b.score - a.score);
}

const ofMethod: Readonly<Record<Operation["method"], number>> = { POST: 3, GET: 0, PUT: -2, PATCH: -4, DELETE: -8 };

function judged(
  document: OpenApiDocument,
  found: Pick<Operation, "name" | "method" | "path" | "item" | "operation">,
): Operation {
  const { operation, path, item, method } = found;
  const title = (textAt(operation, "summary") || textAt(operation, "operationId")).slice(0, longestTitle);
  const spoken = wordsIn(`${path} ${textAt(operation, "operationId")} ${title}`);
  const chat = spoken.find((word) => chatWords.has(word));
  const other = spoken.find((word) => otherWords.has(word));
  const fields = [...bodyFields(document, operation), ...parameterNames(document, item, operation)];
  const message = fields.find((name) => isTelling(name));
  const keepsConversation = fields.some(isConversationId);
  const score =
    ofMethod[method] +
    (chat === undefined ? 0 : 5) +
    (other === undefined ? 0 : -5) +
    (message === undefined ? 0 : 6) +
    (keepsConversation ? 2 : 0) +
    (valueAt(operation, "deprecated") === true ? -3 : 0);
  const reasons = [
    message === undefined ? "" : `it takes “${message}”`,
    keepsConversation ? "it knows conversations" : "",
    [chat, other].some((word) => word !== undefined) ? `its name speaks of ${quotedWords(chat, other)}` : "",
  ];
  const reason = reasons.filter((text) => text !== "").join(", ");
  return { ...found, title, score, reason: reason === "" ? "" : `${reason[0]?.toUpperCase()}${reason.slice(1)}` };
}

function quotedWords(...words: (string | undefined)[]): string {
  return words.flatMap((word) => (word === undefined ? [] : [`“${word}”`])).join(" and ");
}

function wordsIn(text: string): string[] {
  return text
    .slice(0, 500)
    .split(/[^A-Za-z]+/)
    .flatMap((part) => plainName(part).split("_"));
}

/** Whether a name speaks of what a user says. */
export function isTelling(name: string): boolean {
  const rank = messageRank(name, null);
  return plainName(name) === "messages" || (rank !== null && rank <= likelyRank);
}

/** The names that a body has, also of what its schema is put together from. */
function bodyFields(document: OpenApiDocument, operation: Group): string[] {
  const content = document.at(document.at(operation, "requestBody"), "content");
  return keysOf(content, 5).flatMap((type) => fieldsOf(document, document.at(document.at(content, type), "schema"), 3));
}

function fieldsOf(document: OpenApiDocument, schema: Group | null, levels: number): string[] {
  if (schema === null || levels === 0) return [];
  const parts = ["allOf", "oneOf", "anyOf"].flatMap((key) => listAt(schema, key).slice(0, 10));
  const inside = parts.flatMap((part) => fieldsOf(document, document.resolve(part), levels - 1));
  return [...keysOf(groupAt(schema, "properties"), 100), ...inside].slice(0, 200);
}

function parameterNames(document: OpenApiDocument, item: Group, operation: Group): string[] {
  return parametersOf(document, item, operation).flatMap((one) =>
    textAt(one, "in") === "query" ? [textAt(one, "name")] : [],
  );
}

/** Of the path and of the operation, whose own come first. */
export function parametersOf(document: OpenApiDocument, item: Group, operation: Group): Group[] {
  const written = [...listAt(operation, "parameters"), ...listAt(item, "parameters")].slice(0, 100);
  const seen = new Set<string>();
  return written.flatMap((one) => {
    const parameter = document.resolve(one);
    const key = `${textAt(parameter, "in")} ${textAt(parameter, "name")}`;
    if (parameter === null || textAt(parameter, "name") === "" || seen.has(key)) return [];
    seen.add(key);
    return [parameter];
  });
}
