import type { MetricParameters } from "@rhesis/engine/metric/schema";
import { JudgeCategoricalFields, JudgeNumericFields } from "./judge-parameters.tsx";
import { JsonPathFields, JsonSchemaFields, JsonValidNote } from "./structure-parameters.tsx";
import {
  ContainsFields,
  ExactMatchFields,
  LatencyFields,
  LengthFields,
  NotContainsFields,
  RefusalFields,
  RegexFields,
  SimilarityFields,
  ToleranceFields,
} from "./text-parameters.tsx";

type Props = {
  parameters: MetricParameters;
  onChange: (parameters: MetricParameters) => void;
  /** The message at a setting, by its name. */
  problem: (field: string) => string | undefined;
  onTextProblem: (field: string, message: string | null) => void;
};

/** The settings of a metric, by its kind. */
export function ParameterFields({ parameters, onChange, problem, onTextProblem }: Props) {
  const shared = {
    onChange: (changes: object) => onChange({ ...parameters, ...changes }),
    problem,
  };
  switch (parameters.implementation) {
    case "contains":
      return <ContainsFields value={parameters} {...shared} />;
    case "not_contains":
      return <NotContainsFields value={parameters} {...shared} />;
    case "exact_match":
      return <ExactMatchFields value={parameters} {...shared} />;
    case "regex":
      return <RegexFields value={parameters} {...shared} />;
    case "refusal":
      return <RefusalFields value={parameters} {...shared} />;
    case "length":
      return <LengthFields value={parameters} {...shared} />;
    case "numeric_tolerance":
      return <ToleranceFields value={parameters} {...shared} />;
    case "levenshtein":
    case "bleu":
    case "rouge_l":
      return <SimilarityFields value={parameters} {...shared} />;
    case "latency":
      return <LatencyFields value={parameters} {...shared} />;
    case "json_valid":
      return <JsonValidNote />;
    case "json_schema":
      return <JsonSchemaFields value={parameters} {...shared} onTextProblem={onTextProblem} />;
    case "json_path_equals":
      return <JsonPathFields value={parameters} {...shared} onTextProblem={onTextProblem} />;
    case "judge_numeric":
      return <JudgeNumericFields value={parameters} {...shared} />;
    case "judge_categorical":
      return <JudgeCategoricalFields value={parameters} {...shared} />;
  }
}
