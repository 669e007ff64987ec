/** What a target can be proposed from, and what comes of it. zod only, so that forms can use them. */
import { z } from "zod";
import { targetConfig } from "../target/schema.ts";

/** Characters that may be pasted. */
export const longestSource = { curl: 100_000 } as const;

const notes = z.array(z.string()).describe("What was decided and why, and what is left to do, in plain words");

/** From a curl command. */
export const curlProposal = z.object({
  type: z.literal("curl"),
  config: targetConfig,
  secret: z.string().nullable().describe("Found in the command. It is in no other field, and stored nowhere"),
  notes,
});
export type CurlProposal = z.infer<typeof curlProposal>;
