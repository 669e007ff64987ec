import { z } from "zod";
import type { JudgeModel } from "./judge-model.ts";
import type { ModelUsage } from "./schema.ts";

const greeting = z.object({ reply: z.string() });

/** Asks a model for a word, to tell whether address, key and name are right. Latency in milliseconds. Does not throw. */
export async function tryModel(
  model: JudgeModel,
): Promise<{ ok: boolean; message: string; latency_ms: number; usage: ModelUsage }> {
  const started = performance.now();
  const reply = await model.judge({
    instructions: 'Reply with a JSON object that has one field, "reply".',
    prompt: "Say hello in one word.",
    schema: greeting,
    schema_name: "greeting",
  });
  const latency_ms = Math.round(performance.now() - started);
  const message = reply.error?.message ?? "The model answered";
  return { ok: reply.error === null, message, latency_ms, usage: reply.usage };
}
