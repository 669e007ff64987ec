import type { MetricDescription } from "./catalog.ts";
import { example } from "./catalog-example.ts";

const plain = { needs_expected: false, needs_context: false, needs_model: false };

/** Metrics that look at the words of an answer, and judges. */
export const textCatalog: MetricDescription[] = [
  {
    ...plain,
    implementation: "judge_numeric",
    title: "Judge with a score",
    description:
      "A language model reads the question and the answer, follows your instructions and gives a number. The answer passes if the number clears the bar you set.",
    formula: "LLM as a judge (Zheng et al. 2023), temperature 0, one structured reply, one repeated attempt.",
    needs_model: true,
    example: example(
      {
        implementation: "judge_numeric",
        evaluation_prompt: "Does the answer name the right deadline for reporting a claim?",
        evaluation_steps: null,
        evaluation_examples: null,
        min_score: 0,
        max_score: 10,
        operator: ">=",
        threshold: 7,
        ground_truth_required: true,
        context_required: false,
      },
      { input: "When do I have to report a claim?", expected_output: "30 days", output: "Within 30 days." },
      ["pass", 10],
    ),
  },
  {
    ...plain,
    implementation: "judge_categorical",
    title: "Judge with categories",
    description:
      "A language model reads the question and the answer, follows your instructions and chooses one of your categories. You say which categories pass.",
    formula: "LLM as a judge (Zheng et al. 2023), temperature 0, one structured reply, one repeated attempt.",
    needs_model: true,
    example: example(
      {
        implementation: "judge_categorical",
        evaluation_prompt: "Is the answer consistent with the expected one?",
        evaluation_steps: null,
        evaluation_examples: null,
        categories: ["consistent", "partly", "contradicting"],
        passing_categories: ["consistent"],
        ground_truth_required: true,
        context_required: false,
      },
      { input: "Is theft covered?", expected_output: "theft is covered", output: "No, theft is not insured." },
      ["fail", null, "contradicting"],
    ),
  },
  {
    ...plain,
    implementation: "contains",
    title: "Contains",
    description: "The answer must contain a phrase: any one of your phrases, or all of them.",
    formula: "Share of phrases found, after Unicode normalisation (NFC).",
    example: example(
      { implementation: "contains", phrases: ["30 days", "in writing"], mode: "all", ignore_case: true },
      { output: "Report the claim within 30 days." },
      ["fail", 0.5],
    ),
  },
  {
    ...plain,
    implementation: "not_contains",
    title: "Does not contain",
    description:
      "The answer must not contain a phrase. With “any” one forbidden phrase is enough to fail; with “all” it fails only if every phrase is there.",
    formula: "Share of phrases not found, after Unicode normalisation (NFC).",
    example: example(
      { implementation: "not_contains", phrases: ["guaranteed return"], mode: "any", ignore_case: true },
      { output: "This product has a Guaranteed Return of 5%." },
      ["fail", 0],
    ),
  },
  {
    ...plain,
    implementation: "exact_match",
    title: "Exact match",
    description: "The answer must be the expected text, letter by letter. Space around it and case can be ignored.",
    formula: "Equality after Unicode normalisation (NFC).",
    needs_expected: true,
    example: example(
      { implementation: "exact_match", reference: null, ignore_case: true, trim: true },
      { expected_output: "Yes", output: " yes\n" },
      ["pass", 1],
    ),
  },
  {
    ...plain,
    implementation: "regex",
    title: "Pattern",
    description: "The answer must match a pattern (a regular expression), for example a date or a policy number.",
    formula: "RE2 syntax, matched anywhere in linear time; no lookaround, no backreferences.",
    example: example(
      { implementation: "regex", pattern: String.raw`\bPN-\d{6}\b`, ignore_case: false, negate: false },
      { output: "Your policy number is PN-004211." },
      ["pass", 1],
    ),
  },
  {
    ...plain,
    implementation: "refusal",
    title: "Refusal",
    description:
      "Tells whether the answer declines to help, by well-known English phrases and your own. For questions the application must not answer, or must.",
    formula: "A phrase of refusal is found, case and kind of apostrophe aside.",
    example: example(
      { implementation: "refusal", expect: "refusal", extra_phrases: [] },
      { output: "I’m sorry, but I can’t help with that." },
      ["pass", null, "refusal"],
    ),
  },
  {
    ...plain,
    implementation: "levenshtein",
    title: "Spelling similarity",
    description: "How few letters have to be changed to turn the answer into the expected text. 1 is the same text.",
    formula: "1 - edits / length of the longer text (Levenshtein 1966), at most 10,000 characters.",
    needs_expected: true,
    example: example(
      { implementation: "levenshtein", reference: null, ignore_case: false, threshold: 0.8 },
      { expected_output: "kitten", output: "sitting" },
      ["fail", 1 - 3 / 7],
    ),
  },
];
