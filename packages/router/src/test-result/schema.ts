import { z } from "zod";
import { checkOutcome, conversationPlan, evidence, judgement, stopReasons } from "@rhesis/engine/conversation/schema";
import { resultVerdicts, scoreVerdicts } from "@rhesis/engine/metric/schema";
import {
  receivedResponse,
  sentRequest,
  targetAnswer,
  targetAttempt,
  targetErrorCodes,
} from "@rhesis/engine/target/schema";
import { id, listInput, listOutput, searchText, timestamp } from "../list.ts";

export const resultStatuses = ["pending", "completed", "cancelled"] as const;
export const resultStatus = z.enum(resultStatuses);

const resultFields = {
  id,
  test_run_id: id,
  test_id: id,
  repeat: z.int(),
  status: resultStatus,
  verdict: z.enum(resultVerdicts).nullable().describe("null until the result is complete"),
  requirement_id: id.nullable(),
  requirement_name: z.string().nullable(),
  error_code: z.enum(targetErrorCodes).nullable(),
  error_message: z.string().nullable(),
  latency_ms: z.number().nullable(),
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
  created_at: timestamp,
};

/** A score in a list. */
export const scoreItem = z.object({
  metric_id: id,
  metric_name: z.string(),
  verdict: z.enum(scoreVerdicts),
  value: z.number().nullable(),
  label: z.string().nullable(),
});
export type ScoreItem = z.infer<typeof scoreItem>;

/** What one metric gave for one result. */
export const score = scoreItem
  .extend({
    reason: z.string(),
    raw: z.string().nullable().describe("What the judge answered, word for word"),
    model_id: id.nullable(),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    cost: z.number().nullable().describe("In US dollars"),
    duration_ms: z.number(),
  })
  .meta({ id: "Score" });
export type Score = z.infer<typeof score>;

/** What one test gave in one run: the first 500 characters of its texts. */
export const testResultItem = z
  .object({ ...resultFields, input: z.string(), output: z.string().nullable(), scores: z.array(scoreItem) })
  .meta({ id: "TestResultItem" });
export type TestResultItem = z.infer<typeof testResultItem>;

/** Which results: the same for lists and for stepping from one to the next. */
const filters = {
  status: resultStatus.optional(),
  verdict: z.enum(resultVerdicts).optional(),
  requirement_id: id.optional(),
  metric_id: id.optional().describe("Those this metric has scored"),
  metric_verdict: z.enum(scoreVerdicts).optional().describe("Together with `metric_id`: those it gave this verdict"),
  error_code: z.enum(targetErrorCodes).optional(),
  error_cause: z
    .string()
    .max(200)
    .optional()
    .describe("Errors of one cause, as the summary of the run names it: the message without numbers and ids"),
  q: searchText.describe("Finds a part of the input or the output"),
};

export const listTestResults = listInput(["created_at"], { test_run_id: id, ...filters });
export const testResultPage = listOutput(testResultItem);

export const getTestResult = z.strictObject({ id, ...filters });

/** One turn of a conversation. */
export const turn = z
  .object({
    number: z.int(),
    input: z.string(),
    output: z.string().nullable(),
    reason: z.string().nullable().describe("Why the simulated user said this"),
    checks: z.array(checkOutcome),
    judgement: judgement.nullable().describe("What the goal judge said after this turn, where it was asked"),
    evidence: z.array(evidence).describe("Words of this turn that the last judgement rests on"),
    answer: targetAnswer.nullable(),
    request: sentRequest.nullable(),
    response: receivedResponse.nullable(),
    attempts: z.array(targetAttempt),
    error_code: z.enum(targetErrorCodes).nullable(),
    error_message: z.string().nullable(),
    latency_ms: z.number(),
  })
  .meta({ id: "Turn" });
export type Turn = z.infer<typeof turn>;

/** What was to be said for a result of a multi-turn test, and what became of it. */
export const conversation = z
  .object({
    plan: conversationPlan,
    stop_reason: z.enum(stopReasons).nullable().describe("null until the conversation is over"),
    turns: z.array(turn),
  })
  .meta({ id: "Conversation" });
export type Conversation = z.infer<typeof conversation>;

export const testResult = z
  .object({
    ...resultFields,
    input: z.string(),
    output: z.string().nullable(),
    expected_output: z.string().nullable(),
    topic_id: id.nullable(),
    topic_name: z.string().nullable(),
    category_id: id.nullable(),
    category_name: z.string().nullable(),
    answer: targetAnswer.nullable(),
    request: sentRequest.nullable(),
    response: receivedResponse.nullable(),
    attempts: z.array(targetAttempt),
    scores: z.array(score),
    conversation: conversation
      .nullable()
      .describe("Of a multi-turn test: requests and responses are those of its turns, `output` is the last answer"),
    previous_id: id.nullable().describe("The result before this one under the same filter, in the order of the run"),
    next_id: id.nullable(),
  })
  .meta({ id: "TestResult" });
export type TestResult = z.infer<typeof testResult>;

export const summarizeTestRun = z.strictObject({ test_run_id: id });

const verdictCounts = { total: z.int(), pass: z.int(), fail: z.int(), inconclusive: z.int(), error: z.int() };

/** Counts of a run's results. `open` are those that are not complete yet. */
export const resultSummary = z
  .object({
    ...verdictCounts,
    open: z.int(),
    cancelled: z.int(),
    by_requirement: z.array(
      z.object({ requirement_id: id.nullable(), requirement_name: z.string().nullable(), ...verdictCounts }),
    ),
    by_metric: z.array(
      z.object({
        metric_id: id,
        metric_name: z.string(),
        total: z.int(),
        pass: z.int(),
        fail: z.int(),
        inconclusive: z.int(),
        mean_value: z.number().nullable(),
      }),
    ),
    by_error: z
      .array(
        z.object({
          error_code: z.enum(targetErrorCodes).nullable(),
          error_cause: z.string().describe("The message without numbers and ids: a filter of the list of results"),
          total: z.int(),
          example: z.string().describe("The message of one of them"),
        }),
      )
      .describe("Errors by cause, the most frequent first, at most 50 causes"),
  })
  .meta({ id: "ResultSummary" });
export type ResultSummary = z.infer<typeof resultSummary>;
