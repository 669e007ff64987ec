import { z } from "zod";
import { assetFields, id, listInput, listOutput, searchText, version } from "../list.ts";

export const testKinds = ["single_turn"] as const;
export const testKind = z.enum(testKinds);

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
    input: z.string(),
    expected_output: z.string().nullable(),
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
  name: testName.default(""),
  input: input.optional().describe("Left out where the text of a prompt is taken"),
  prompt_id: id.optional().describe("Its text becomes the input, unless there is one"),
  expected_output: expectedOutput.default(null),
  requirement_id: label.default(null),
  topic_id: label.default(null),
  category_id: label.default(null),
  metadata: metadata.default({}),
};

const stimulusRule = { path: ["input"], message: "Give an input, or a prompt to take it from" };

function hasStimulus(value: { input?: string | undefined; prompt_id?: string | undefined }): boolean {
  return value.input !== undefined || value.prompt_id !== undefined;
}

export const createTest = z.strictObject({ project_id: id, ...newTest }).refine(hasStimulus, stimulusRule);

/** Up to 1,000 tests at once: all of them, or none. */
export const createTests = z.strictObject({
  project_id: id,
  tests: z.array(z.strictObject(newTest).refine(hasStimulus, stimulusRule)).min(1).max(1000),
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
  q: searchText.describe("Finds a part of the name or the input"),
});
export const testPage = listOutput(testItem);
