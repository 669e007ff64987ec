import type { MetricDescription } from "./catalog.ts";
import { example } from "./catalog-example.ts";

const plain = { needs_expected: false, needs_context: false, needs_model: false };

/** Metrics that measure an answer: word overlap, numbers, structure, length and time. */
export const measureCatalog: MetricDescription[] = [
  {
    ...plain,
    implementation: "bleu",
    title: "BLEU",
    description: "How many of the answer's words and word sequences are in the expected text. Known from translation.",
    formula:
      "Sentence BLEU (Papineni et al. 2002) with smoothing 2 of Chen and Cherry 2014, at most 200,000 characters.",
    needs_expected: true,
    example: example(
      { implementation: "bleu", reference: null, max_order: 2, threshold: 0.5 },
      { expected_output: "the cat is on the mat", output: "the cat sat on the mat" },
      ["pass", 0.7453559924999299],
    ),
  },
  {
    ...plain,
    implementation: "rouge_l",
    title: "ROUGE-L",
    description: "How much of the expected text is in the answer in the same order. Known from summaries.",
    formula: "F1 of the longest common subsequence of words (Lin 2004), at most 5,000 words.",
    needs_expected: true,
    example: example(
      { implementation: "rouge_l", reference: null, threshold: 0.5 },
      { expected_output: "the cat is on the mat", output: "The cat sat on the mat." },
      ["pass", 5 / 6],
    ),
  },
  {
    ...plain,
    implementation: "numeric_tolerance",
    title: "Number within tolerance",
    description:
      "The answer must say a number close enough to the expected one. Of several numbers in the answer the nearest counts.",
    formula: "|found - expected| <= absolute + relative * |expected|",
    needs_expected: true,
    example: example(
      { implementation: "numeric_tolerance", reference: 1250, absolute: 0, relative: 0.01 },
      { output: "The premium is about €1,245.50 per year." },
      ["pass", 1245.5],
    ),
  },
  {
    ...plain,
    implementation: "json_valid",
    title: "Valid JSON",
    description: "The whole answer must be JSON that a program can read.",
    formula: "RFC 8259",
    example: example({ implementation: "json_valid" }, { output: '{"covered": true}' }, ["pass", 1]),
  },
  {
    ...plain,
    implementation: "json_schema",
    title: "JSON Schema",
    description: "The answer must be JSON with the fields and types your schema asks for.",
    formula: "JSON Schema draft 2020-12 with formats; no references to other documents.",
    example: example(
      {
        implementation: "json_schema",
        schema: { type: "object", properties: { covered: { type: "boolean" } }, required: ["covered"] },
      },
      { output: '{"covered": "yes"}' },
      ["fail", 0],
    ),
  },
  {
    ...plain,
    implementation: "json_path_equals",
    title: "JSON value",
    description: "The answer must be JSON, and every value found at a path must be the one you give.",
    formula: "RFC 9535 JSONPath; order of keys does not matter.",
    example: example(
      { implementation: "json_path_equals", path: "$.claim.status", expected: "open" },
      { output: '{"claim": {"status": "open", "id": 7}}' },
      ["pass", 1],
    ),
  },
  {
    ...plain,
    implementation: "length",
    title: "Length",
    description: "The answer must not be shorter or longer than you say, in characters or words.",
    formula: "Unicode code points, or words between white space; bounds included.",
    example: example(
      { implementation: "length", unit: "words", min: null, max: 5 },
      { output: "Yes, theft is covered." },
      ["pass", 4],
    ),
  },
  {
    ...plain,
    implementation: "latency",
    title: "Response time",
    description: "The application must answer in time.",
    formula: "Milliseconds from the call to the whole answer; the bound is included.",
    example: example({ implementation: "latency", max_ms: 2000 }, { output: "Yes.", latency_ms: 2300 }, ["fail", 2300]),
  },
];
