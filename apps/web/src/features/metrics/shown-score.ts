/** The value of a score beside its bar, as people read it: “0.62, bar 0.5”, “2,300 of at most 2,000 ms”. */
import type { MetricParameters } from "@rhesis/engine/metric/schema";

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });
const yesNo = new Set(["exact_match", "regex", "json_valid", "json_schema", "json_path_equals"]);

type Score = { value: number | null; label: string | null; parameters?: MetricParameters | undefined };

/** At most four decimals, cut rather than rounded, so that a value never seems to reach a bar it missed. */
export function numberText(value: number): string {
  return number.format(Math.abs(value) < 1e9 ? Math.trunc(value * 1e4 + Math.sign(value) * 1e-6) / 1e4 : value);
}

/** The bar in words; empty where a metric has none. */
function barText(parameters: MetricParameters): string {
  switch (parameters.implementation) {
    case "levenshtein":
    case "bleu":
    case "rouge_l":
      return `at least ${numberText(parameters.threshold)}`;
    case "judge_numeric":
      return `${parameters.operator} ${numberText(parameters.threshold)}`;
    case "judge_categorical":
      return parameters.passing_categories.join(" or ");
    case "latency":
      return `at most ${number.format(parameters.max_ms)} ms`;
    case "length": {
      const { min, max, unit } = parameters;
      if (min !== null && max !== null) return `${number.format(min)} to ${number.format(max)} ${unit}`;
      return max === null ? `at least ${number.format(min ?? 0)} ${unit}` : `at most ${number.format(max)} ${unit}`;
    }
    default:
      return "";
  }
}

/** The value alone. Without parameters the kind is not known and the bare number is shown. */
export function valueText({ value, label, parameters }: Score): string {
  if (label !== null) return label;
  if (value === null) return "";
  const kind = parameters?.implementation;
  if (kind !== undefined && yesNo.has(kind)) return "";
  if (kind === "contains") return `${Math.floor(value * 100 + 1e-6)}% of the phrases found`;
  if (kind === "not_contains") return `${Math.floor(value * 100 + 1e-6)}% of the phrases avoided`;
  return kind === "latency" ? `${number.format(Math.round(value))} ms` : numberText(value);
}

/** Value and bar together. */
export function shownScore(score: Score): string {
  const value = valueText(score);
  const bar = score.parameters === undefined ? "" : barText(score.parameters);
  if (value === "" || bar === "") return value;
  return `${value} (bar: ${bar})`;
}
