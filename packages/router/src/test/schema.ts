import { z } from "zod";
import { conversationPlan, testKinds } from "@rhesis/engine/conversation/schema";
import { assetFields, id, listInput, listOutput, searchText, version } from "../list.ts";

export const testKind = z.enum(testKinds).describe("It stays what it is");

const input = z.string().min(1, "Write what is said to the application").max(100_000);
const expectedOutput = z.string().max(100_000).nullable();
const label = id.nullable();
const testName = z.string().trim().max(200);
const metadata = z.record(z.string().max(200), z.json());

const testFields = {
  ...assetFields,
  project_id: id,
  kind: testKind,
  name: z.string(),
  requirement_id: id.nullable(),
  requirement_name: z.string().nullable(),
  topic_id: id.nullable(),
  topic_name: z.string().nullable(),
  category_id: id.nullable(),
  category_name: z.string().nullable(),
};

/** One stimulus with its expectation. */
export const test = z
  .object({
    ...testFields,
    input: z.string().describe("Of a conversation: how it begins, or its goal"),
    expected_output: z.string().nullable(),
    conversation: conversationPlan.nullable().describe("Of a multi-turn test: what is said over several turns"),
    prompt_id: id.nullable(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Test" });
export type Test = z.infer<typeof test>;

/** A test in a list: the first 500 characters of its texts. */
export const testItem = z
  .object({ ...testFields, input: z.string(), expected_output: z.string().nullable() })
  .meta({ id: "TestItem" });
export type TestItem = z.infer<typeof testItem>;

const newTest = {
  kind: testKind.default("single_turn"),
  conversation: conversationPlan
    .nullable()
    .default(null)
    .describe("A multi-turn test has this instead of `input`, `prompt_id` and `expected_output`"),
  name: testName.default(""),
  input: input.optional().describe("Left out where the text of a prompt is taken"),
  prompt_id: id.optional().describe("Its text becomes the input, unless there is one"),
  expected_output: expectedOutput.default(null),
  requirement_id: label.default(null),
  topic_id: label.default(null),
  category_id: label.default(null),
  metadata: metadata.default({}),
};

const newTestFields = z.object(newTest);

/** What a test says has to be of its kind. */
const stimulusRule = z.check<z.output<typeof newTestFields>>(({ value, issues }) => {
  const refuse = (field: keyof typeof value, message: string) =>
    issues.push({ code: "custom", path: [field], message, input: value });
  if (value.kind === "single_turn") {
    if (value.conversation !== null) refuse("conversation", "A single-turn test has no conversation");
    else if (value.input === undefined && value.prompt_id === undefined)
      refuse("input", "Give an input, or a prompt to take it from");
    return;
  }
  if (value.conversation === null) return void refuse("conversation", "Give a conversation");
  for (const field of ["input", "prompt_id", "expected_output"] as const)
    if (value[field] !== undefined && value[field] !== null)
      refuse(field, "A conversation says by itself what is said and expected");
});

export const createTest = z.strictObject({ project_id: id, ...newTest }).check(stimulusRule);

/** Up to 1,000 tests at once: all of them, or none. */
export const createTests = z.strictObject({
  project_id: id,
  tests: z.array(z.strictObject(newTest).check(stimulusRule)).min(1).max(1000),
});
export const createdTests = z.object({ ids: z.array(id).describe("In the order of the input") });

export const updateTest = z.strictObject({
  ...version,
  name: testName.optional(),
  input: input.optional(),
  prompt_id: id
    .nullable()
    .optional()
    .describe("Where no input comes with it, the text of this prompt becomes the input"),
  expected_output: expectedOutput.optional(),
  conversation: conversationPlan.optional().describe("Of a multi-turn test, as a whole"),
  requirement_id: label.optional(),
  topic_id: label.optional(),
  category_id: label.optional(),
  metadata: metadata.optional().describe("Keys named are set, null removes one, the others stay"),
});

export const listTests = listInput(["created_at"], {
  project_id: id.optional(),
  requirement_id: id.optional(),
  topic_id: id.optional(),
  category_id: id.optional(),
  test_set_id: id.optional(),
  kind: testKind.optional(),
  q: searchText.describe("Finds a part of the name or the input"),
});
export const testPage = listOutput(testItem);
