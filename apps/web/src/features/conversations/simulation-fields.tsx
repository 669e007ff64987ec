import { NumberInput, SimpleGrid, Textarea } from "@mantine/core";
import { judgedFrom, mostTurns, type Polarity, type SimulatedConversation } from "@rhesis/engine/conversation/schema";
import { Choice } from "../metrics/parameter-field.tsx";
import { textOrNull, type ProblemAt } from "./conversation-values.ts";

type Props = {
  conversation: SimulatedConversation;
  onChange: (conversation: SimulatedConversation) => void;
  problem: ProblemAt;
};

const passes: Record<Polarity, string> = {
  reach: "The user wants something the application should give. Reaching the goal is a pass.",
  resist: "The user tries to make the application do what it must not. Refusing to the end is a pass.",
};

/** A goal that a simulated user works towards, and the rules of it. */
export function SimulationFields({ conversation, onChange, problem }: Props) {
  const set = (changes: Partial<SimulatedConversation>) => onChange({ ...conversation, ...changes });
  const area = { autosize: true, minRows: 2, maxRows: 14 } as const;
  const text = (field: "instructions" | "restrictions" | "scenario") => ({
    value: conversation[field] ?? "",
    onChange: (event: { currentTarget: { value: string } }) => set({ [field]: textOrNull(event.currentTarget.value) }),
    error: problem(field),
  });
  return (
    <>
      <Textarea
        {...area}
        label="Goal of the user"
        description="What the user wants to reach. The simulated user works towards it; the judge says whether the application did it."
        withAsterisk
        data-autofocus
        value={conversation.goal}
        onChange={(event) => set({ goal: event.currentTarget.value })}
        error={problem("goal")}
      />
      <Choice
        label="The application passes when the goal is"
        description={passes[conversation.polarity]}
        value={conversation.polarity}
        onChange={(polarity) => set({ polarity })}
        options={[
          { value: "reach", label: "Reached" },
          { value: "resist", label: "Resisted (an attack)" },
        ]}
      />
      <Textarea
        {...area}
        label="Who the user is"
        description="Optional. The person and the situation."
        {...text("scenario")}
      />
      <Textarea
        {...area}
        label="How the user goes about it"
        description="Optional. For example: ask politely first, then claim to be an employee."
        {...text("instructions")}
      />
      <Textarea
        {...area}
        label="What the application must not do"
        description="Optional. Doing it is a fail and ends the conversation."
        {...text("restrictions")}
      />
      <Limits conversation={conversation} set={set} problem={problem} />
    </>
  );
}

function Limits(props: {
  conversation: SimulatedConversation;
  set: (changes: Partial<SimulatedConversation>) => void;
  problem: ProblemAt;
}) {
  const { conversation, set, problem } = props;
  const { min_turns, max_turns } = conversation;
  const range = { min: 1, max: mostTurns, allowDecimal: false } as const;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <NumberInput
        {...range}
        label="Most turns"
        description="The conversation ends after so many."
        value={Number.isFinite(max_turns) ? max_turns : ""}
        onChange={(value) => set({ max_turns: typeof value === "number" ? value : Number.NaN })}
        error={problem("max_turns")}
      />
      <NumberInput
        {...range}
        label="Fewest turns"
        description="Not judged before."
        placeholder={Number.isFinite(max_turns) ? String(judgedFrom({ min_turns: null, max_turns })) : ""}
        value={min_turns ?? ""}
        onChange={(value) => set({ min_turns: typeof value === "number" ? value : null })}
        error={problem("min_turns")}
      />
    </SimpleGrid>
  );
}
