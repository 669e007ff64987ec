import type { z } from "zod";
import type { JudgeModel, JudgeReply } from "./judge-model.ts";
import type { ModelUsage } from "./schema.ts";
import { sumUsage } from "./usage.ts";

/** What is asked of a model. `fault` is what was wrong with the reply before, for its messages to say. */
export type ModelQuestion<T> = {
  schema: z.ZodType<T>;
  schema_name: string;
  messages: (fault: string | null) => { instructions: string; prompt: string };
  /** What is wrong with a reply of the right form, or null. */
  problem: (value: T) => string | null;
};

export type Asking = { model: Pick<JudgeModel, "judge">; signal?: AbortSignal | undefined };

/** The value, or why there is none; text and usage of every attempt. */
export type ModelAnswer<T> = { raw: string | null; usage: ModelUsage } & (
  | { value: T; fault: null }
  | { value: null; fault: string }
);

/** Asks once, and once more where the reply cannot be used. Throws only what the budget of the model does. */
export async function askTwice<T>({ model, signal }: Asking, question: ModelQuestion<T>): Promise<ModelAnswer<T>> {
  const { schema, schema_name } = question;
  const replies: JudgeReply<T>[] = [];
  let fault: string | null = null;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const reply: JudgeReply<T> = await model.judge({ ...question.messages(fault), schema, schema_name, signal });
    replies.push(reply);
    const problem = reply.value === null ? null : question.problem(reply.value);
    if (reply.value !== null && problem === null) return { value: reply.value, fault: null, ...recordOf(replies) };
    fault = problem ?? reply.error?.message ?? "The reply was empty";
    if (reply.error !== null && reply.error.code !== "out_of_schema") break;
  }
  return { value: null, fault: fault ?? "The reply was empty", ...recordOf(replies) };
}

function recordOf(replies: JudgeReply<unknown>[]): { raw: string | null; usage: ModelUsage } {
  const texts = replies.map((reply) => reply.text).filter((text) => text !== null);
  const raw = texts.length === 0 ? null : texts.join("\n\n--- second attempt ---\n\n");
  return { raw, usage: sumUsage(replies.map((reply) => reply.usage)) };
}
