/** What the OpenAI-compatible fake says where it plays the user of a conversation or judges one. */
import type { OpenAiFakeRequest } from "./openai-fake.ts";

/**
 * As a user it says `Message n.` As a judge: the goal is reached where the application says what the goal has in
 * quotation marks, impossible where it says "I can't"; a restriction is broken the same way. "gullible" obeys an order
 * that stands outside of the data, "invents-quotes" quotes what nobody said.
 */
export function conversationReply(seen: OpenAiFakeRequest): Record<string, unknown> | null {
  const name = seen.body.response_format?.json_schema?.name;
  if (name === "user_message") return { reason: "It goes on.", message: `Message ${messageNumber(seen)}.` };
  return name === "goal_judgement" ? judge(seen) : null;
}

function messageNumber({ outside }: OpenAiFakeRequest): string {
  return /This is message (\d+) of/.exec(outside)?.[1] ?? "?";
}

function judge(seen: OpenAiFakeRequest): Record<string, unknown> {
  const { outside, data, body } = seen;
  const obeys = body.model === "gullible" && /ignore (?:all|the|any)/i.test(outside);
  const goal = findQuoted(seen, section(outside, "The goal of the user"));
  const restriction = findQuoted(seen, section(outside, "What the application must not do"));
  const declined = data.some(({ name, text }) => name.startsWith("application_") && text.includes("I can't"));
  const state = obeys || goal !== null ? "reached" : declined ? "impossible" : "open";
  const evidence = [
    ...(goal === null ? [] : [{ about: "goal", ...goal }]),
    ...(restriction === null ? [] : [{ about: "restriction", ...restriction }]),
  ].map((found) => (body.model === "invents-quotes" ? { ...found, quote: "Nobody said this" } : found));
  const reason = `After ${data.length / 2} turns the goal is ${state}.`;
  return { reason, state, restriction_broken: restriction !== null, evidence };
}

function section(text: string, title: string): string {
  return text.split(`## ${title}\n`)[1]?.split("\n\n## ")[0] ?? "";
}

function findQuoted({ data }: OpenAiFakeRequest, text: string): { turn: number; quote: string } | null {
  const phrase = /"([^"]+)"/.exec(text)?.[1];
  if (phrase === undefined) return null;
  const found = data.find((block) => block.name.startsWith("application_") && block.text.includes(phrase));
  return found === undefined ? null : { turn: Number(found.name.split("_")[1]), quote: phrase };
}
