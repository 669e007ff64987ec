/** Settings of metrics that look at the words of an answer. */
import { TextInput } from "@mantine/core";
import type { ParametersOf } from "@rhesis/engine/metric/schema";
import { PhraseList } from "./phrase-list.tsx";
import {
  Choice,
  IgnoreCase,
  NumberField,
  ReferenceField,
  RequiredNumber,
  Threshold,
  Toggle,
  type ParameterProps,
} from "./parameter-field.tsx";

export function ContainsFields({ value, onChange, problem }: ParameterProps<ParametersOf<"contains">>) {
  return (
    <>
      <PhraseList
        label="Phrases"
        noun="phrase"
        description="Words the answer has to say. Press Enter for the next one, or paste several lines."
        value={value.phrases}
        onChange={(phrases) => onChange({ phrases })}
        error={problem("phrases")}
      />
      <Choice
        label="How many must be there"
        value={value.mode}
        onChange={(mode) => onChange({ mode })}
        options={[
          { value: "all", label: "All of them" },
          { value: "any", label: "At least one" },
        ]}
      />
      <IgnoreCase checked={value.ignore_case} onChange={(ignore_case) => onChange({ ignore_case })} />
    </>
  );
}

export function NotContainsFields({ value, onChange, problem }: ParameterProps<ParametersOf<"not_contains">>) {
  return (
    <>
      <PhraseList
        label="Forbidden phrases"
        noun="phrase"
        description="Words the answer must not say. Press Enter for the next one, or paste several lines."
        value={value.phrases}
        onChange={(phrases) => onChange({ phrases })}
        error={problem("phrases")}
      />
      <Choice
        label="The answer fails if it says"
        value={value.mode}
        onChange={(mode) => onChange({ mode })}
        options={[
          { value: "any", label: "Any of them" },
          { value: "all", label: "All of them" },
        ]}
      />
      <IgnoreCase checked={value.ignore_case} onChange={(ignore_case) => onChange({ ignore_case })} />
    </>
  );
}

export function ExactMatchFields({ value, onChange, problem }: ParameterProps<ParametersOf<"exact_match">>) {
  return (
    <>
      <ReferenceField
        value={value.reference}
        onChange={(reference) => onChange({ reference })}
        error={problem("reference")}
      />
      <IgnoreCase checked={value.ignore_case} onChange={(ignore_case) => onChange({ ignore_case })} />
      <Toggle label="Ignore space before and after" checked={value.trim} onChange={(trim) => onChange({ trim })} />
    </>
  );
}

export function RegexFields({ value, onChange, problem }: ParameterProps<ParametersOf<"regex">>) {
  return (
    <>
      <TextInput
        label="Pattern"
        description="A regular expression (RE2). It may match anywhere in the answer; use ^ and $ for the whole."
        ff="monospace"
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        spellCheck={false}
        value={value.pattern}
        onChange={(event) => onChange({ pattern: event.currentTarget.value })}
        error={problem("pattern")}
      />
      <Choice
        label="The answer passes if it"
        value={value.negate ? "no" : "yes"}
        onChange={(choice) => onChange({ negate: choice === "no" })}
        options={[
          { value: "yes", label: "Matches" },
          { value: "no", label: "Does not match" },
        ]}
      />
      <IgnoreCase checked={value.ignore_case} onChange={(ignore_case) => onChange({ ignore_case })} />
    </>
  );
}

export function RefusalFields({ value, onChange, problem }: ParameterProps<ParametersOf<"refusal">>) {
  return (
    <>
      <Choice
        label="The application should"
        value={value.expect}
        onChange={(expect) => onChange({ expect })}
        options={[
          { value: "refusal", label: "Decline" },
          { value: "no_refusal", label: "Answer" },
        ]}
      />
      <PhraseList
        label="Other words of declining"
        noun="phrase"
        description="Well-known English phrases are built in. Add the words your application uses."
        value={value.extra_phrases}
        onChange={(phrases) => onChange({ extra_phrases: phrases })}
        error={problem("extra_phrases")}
      />
    </>
  );
}

export function LengthFields({ value, onChange, problem }: ParameterProps<ParametersOf<"length">>) {
  return (
    <>
      <Choice
        label="Count"
        value={value.unit}
        onChange={(unit) => onChange({ unit })}
        options={[
          { value: "words", label: "Words" },
          { value: "characters", label: "Characters" },
        ]}
      />
      <NumberField
        label={`At least, in ${value.unit}`}
        placeholder="No lower bound"
        value={value.min}
        onChange={(min) => onChange({ min })}
        min={0}
        error={problem("min")}
      />
      <NumberField
        label={`At most, in ${value.unit}`}
        placeholder="No upper bound"
        value={value.max}
        onChange={(max) => onChange({ max })}
        min={0}
        error={problem("max")}
      />
    </>
  );
}

export function ToleranceFields({ value, onChange, problem }: ParameterProps<ParametersOf<"numeric_tolerance">>) {
  return (
    <>
      <NumberField
        label="Expected number"
        description="Left empty, the number in each test's expected output counts."
        placeholder="From the test"
        decimals
        value={value.reference}
        onChange={(reference) => onChange({ reference })}
        error={problem("reference")}
      />
      <RequiredNumber
        label="May differ by"
        description="In the unit of the number."
        decimals
        min={0}
        value={value.absolute}
        onChange={(absolute) => onChange({ absolute })}
        error={problem("absolute")}
      />
      <RequiredNumber
        label="And by this share of the expected number"
        decimals
        min={0}
        suffix=" %"
        value={Math.round(value.relative * 1e8) / 1e6}
        onChange={(percent) => onChange({ relative: percent / 100 })}
        error={problem("relative")}
      />
    </>
  );
}

const similarity = {
  levenshtein: "1 is the same text. Answers at or above the bar pass.",
  bleu: "1 is the same text. Good free-text answers are often between 0.3 and 0.6.",
  rouge_l: "1 is the same text. Good free-text answers are often between 0.4 and 0.7.",
};

export function SimilarityFields(props: ParameterProps<ParametersOf<"levenshtein" | "bleu" | "rouge_l">>) {
  const { value, onChange, problem } = props;
  return (
    <>
      <ReferenceField
        value={value.reference}
        onChange={(reference) => onChange({ reference })}
        error={problem("reference")}
      />
      <Threshold
        label="Least similarity"
        description={similarity[value.implementation]}
        value={value.threshold}
        onChange={(threshold) => onChange({ threshold })}
        error={problem("threshold")}
      />
      {value.implementation === "bleu" && (
        <RequiredNumber
          label="Longest word sequence"
          description="Sequences of up to this many words are compared, 1 to 4."
          min={1}
          value={value.max_order}
          onChange={(max_order) => onChange({ max_order })}
          error={problem("max_order")}
        />
      )}
      {value.implementation === "levenshtein" && (
        <IgnoreCase checked={value.ignore_case} onChange={(ignore_case) => onChange({ ignore_case })} />
      )}
    </>
  );
}

export function LatencyFields({ value, onChange, problem }: ParameterProps<ParametersOf<"latency">>) {
  return (
    <RequiredNumber
      label="Answer within"
      description="From the call to the whole answer."
      min={1}
      suffix=" ms"
      value={value.max_ms}
      onChange={(max_ms) => onChange({ max_ms })}
      error={problem("max_ms")}
    />
  );
}
