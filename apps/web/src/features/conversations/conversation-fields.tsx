import type { ConversationPlan } from "@rhesis/engine/conversation/schema";
import type { ProblemAt } from "./conversation-values.ts";
import { ScriptEditor } from "./script-editor.tsx";
import { SimulationFields } from "./simulation-fields.tsx";

type Props = {
  conversation: ConversationPlan;
  onChange: (conversation: ConversationPlan) => void;
  problem: ProblemAt;
  /** Told about a text at a place that is not yet what it has to be; null when it is. */
  onTextProblem: (place: string, message: string | null) => void;
};

/** What is said over several turns. */
export function ConversationFields({ conversation, ...props }: Props) {
  if (conversation.type === "simulated") return <SimulationFields conversation={conversation} {...props} />;
  return <ScriptEditor conversation={conversation} {...props} />;
}
