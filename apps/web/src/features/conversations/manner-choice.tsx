import type { ConversationPlan, TestKind } from "@rhesis/engine/conversation/schema";
import { useRef } from "react";
import { useFeature } from "../../session/member.tsx";
import { Choice } from "../metrics/parameter-field.tsx";
import { emptyConversation, mannerOf, type Manner } from "./conversation-values.ts";

type Props = {
  conversation: ConversationPlan | null;
  onChange: (conversation: ConversationPlan | null) => void;
  /** Undefined where both kinds can be chosen. */
  kind: TestKind | undefined;
};

const manners: { value: Manner; label: string; kind: TestKind; description: string }[] = [
  {
    value: "single",
    label: "One question",
    kind: "single_turn",
    description: "One message, one answer.",
  },
  {
    value: "scripted",
    label: "Scripted conversation",
    kind: "multi_turn",
    description: "Fixed messages, one after the other, each with checks of its answer. Needs no model.",
  },
  {
    value: "simulated",
    label: "Simulated user",
    kind: "multi_turn",
    description: "A model plays a user who works towards a goal, and judges whether it was reached.",
  },
];

/** How the test speaks to the application. What was written in one manner is there again when one comes back to it. */
export function MannerChoice({ conversation, onChange, kind }: Props) {
  const drafts = useRef<Partial<Record<Manner, ConversationPlan>>>({});
  const isOn = useFeature();
  const chosen = mannerOf(conversation);
  const options = manners.filter(
    ({ value, kind: its }) =>
      (kind === undefined || its === kind) && (value !== "simulated" || value === chosen || isOn("llm_judge")),
  );
  if (options.length < 2) return null;
  const choose = (next: Manner) => {
    if (conversation !== null) drafts.current[chosen] = conversation;
    onChange(next === "single" ? null : (drafts.current[next] ?? emptyConversation(next)));
  };
  return (
    <Choice
      label="How it talks"
      description={options.find(({ value }) => value === chosen)?.description}
      value={chosen}
      onChange={choose}
      options={options.map(({ value, label }) => ({ value, label }))}
    />
  );
}
