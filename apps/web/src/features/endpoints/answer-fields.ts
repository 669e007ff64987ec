import type { AnswerField } from "./endpoint-values.ts";

type Look = {
  label: string;
  description: string;
  example: string;
  /** Takes every entry of a list rather than one value. */
  takes_all: boolean;
};

export const answerFieldLooks: Record<AnswerField, Look> = {
  output: { label: "Answer", description: "The text that is scored", example: "$.reply", takes_all: false },
  conversation_id: {
    label: "Conversation id",
    description: "To go on in the same conversation",
    example: "$.session_id",
    takes_all: false,
  },
  context: {
    label: "Sources",
    description: "Passages the answer was made from",
    example: "$.sources[*].text",
    takes_all: true,
  },
  tool_calls: { label: "Tool calls", description: "What an agent did", example: "$.tool_calls[*]", takes_all: true },
  metadata: { label: "Other facts", description: "Kept with each result", example: "$.meta", takes_all: false },
};
