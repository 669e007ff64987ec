/** Settings of metrics that a language model decides. */
import { Group, NumberInput, Select, Stack, Textarea } from "@mantine/core";
import type { ParametersOf } from "@rhesis/engine/metric/schema";
import { CategoryEditor } from "./category-editor.tsx";
import { Threshold, Toggle, type ParameterProps } from "./parameter-field.tsx";

type Judge = ParametersOf<"judge_numeric" | "judge_categorical">;
type Common = Pick<
  Judge,
  "evaluation_prompt" | "evaluation_steps" | "evaluation_examples" | "ground_truth_required" | "context_required"
>;
type CommonProps = ParameterProps<Common>;

function Instructions({ value, onChange, problem }: CommonProps) {
  return (
    <>
      <Textarea
        label="What the judge decides"
        description="Say in plain words what makes an answer good. The judge sees the question and the answer."
        placeholder="Does the answer name the right deadline for reporting a claim?"
        autosize
        minRows={3}
        maxRows={14}
        value={value.evaluation_prompt}
        onChange={(event) => onChange({ evaluation_prompt: event.currentTarget.value })}
        error={problem("evaluation_prompt")}
      />
      <Textarea
        label="Steps"
        description="Optional. How the judge should go about it, step by step."
        autosize
        minRows={2}
        maxRows={14}
        value={value.evaluation_steps ?? ""}
        onChange={(event) => onChange({ evaluation_steps: event.currentTarget.value || null })}
        error={problem("evaluation_steps")}
      />
      <Textarea
        label="Examples"
        description="Optional. Answers with the decision you expect."
        autosize
        minRows={2}
        maxRows={14}
        value={value.evaluation_examples ?? ""}
        onChange={(event) => onChange({ evaluation_examples: event.currentTarget.value || null })}
        error={problem("evaluation_examples")}
      />
    </>
  );
}

function Needs({ value, onChange }: Omit<CommonProps, "problem">) {
  return (
    <Stack gap="xs">
      <Toggle
        label="Needs the expected output"
        description="Without one the result is inconclusive, never a pass."
        checked={value.ground_truth_required}
        onChange={(ground_truth_required) => onChange({ ground_truth_required })}
      />
      <Toggle
        label="Needs the passages the application found"
        description="For applications that answer from documents and return what they looked up."
        checked={value.context_required}
        onChange={(context_required) => onChange({ context_required })}
      />
    </Stack>
  );
}

const operators = [
  { value: ">=", label: "at or above" },
  { value: ">", label: "above" },
  { value: "<=", label: "at or below" },
  { value: "<", label: "below" },
] as const;

export function JudgeNumericFields(props: ParameterProps<ParametersOf<"judge_numeric">>) {
  const { value, onChange, problem } = props;
  const bound = (field: "min_score" | "max_score", label: string) => (
    <NumberInput
      label={label}
      w={140}
      value={Number.isFinite(value[field]) ? value[field] : ""}
      onChange={(next) => onChange({ [field]: typeof next === "number" ? next : Number.NaN })}
      error={problem(field)}
    />
  );
  return (
    <>
      <Instructions {...props} />
      <Group gap="md" align="flex-start">
        {bound("min_score", "Lowest score")}
        {bound("max_score", "Highest score")}
        <Select
          label="Passes when the score is"
          w={200}
          allowDeselect={false}
          data={[...operators]}
          value={value.operator}
          onChange={(operator) => operator !== null && onChange({ operator })}
        />
      </Group>
      <Threshold
        label="The bar"
        description="On the scale above."
        value={value.threshold}
        onChange={(threshold) => onChange({ threshold })}
        error={problem("threshold")}
        min={value.min_score}
        max={value.max_score}
      />
      <Needs value={value} onChange={onChange} />
    </>
  );
}

export function JudgeCategoricalFields(props: ParameterProps<ParametersOf<"judge_categorical">>) {
  const { value, onChange, problem } = props;
  return (
    <>
      <Instructions {...props} />
      <CategoryEditor
        categories={value.categories}
        passing={value.passing_categories}
        onChange={onChange}
        error={problem("categories") ?? problem("passing_categories")}
      />
      <Needs value={value} onChange={onChange} />
    </>
  );
}
