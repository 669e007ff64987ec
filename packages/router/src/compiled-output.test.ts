import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { compiledOutput } from "./compiled-output.ts";
import { appRouter } from "./root.ts";
import { testItem, testPage } from "./test/schema.ts";

const item = {
  id: randomUUID(),
  created_at: new Date(0),
  updated_at: new Date(1),
  version: 1,
  project_id: randomUUID(),
  kind: "single_turn",
  name: "",
  requirement_id: null,
  requirement_name: null,
  topic_id: randomUUID(),
  topic_name: "Claims",
  category_id: null,
  category_name: null,
  input: "Am I covered?",
  expected_output: null,
};
const page = { items: [item, { ...item, id: randomUUID() }], next_cursor: null, total: 2, total_is_capped: false };

test("strips what the schema does not name, at every depth, and leaves the value alone", async () => {
  const found = { ...page, token_hash: "secret", items: page.items.map((one) => ({ ...one, auth_secret: "sealed" })) };
  const answer = await compiledOutput(testPage).parseAsync(found);
  expect(answer).toEqual(page);
  expect(JSON.stringify(answer)).toBe(JSON.stringify(await testPage.parseAsync(found)));
  expect(found.items[0]).toHaveProperty("auth_secret");
});

test("refuses exactly what the schema refuses, with the same problems", async () => {
  const changes: Record<string, unknown> = {
    id: "x",
    created_at: "1970-01-01T00:00:00Z",
    version: 1.5,
    kind: "other",
    name: null,
    input: undefined,
    topic_id: 7,
  };
  for (const [field, value] of Object.entries(changes)) {
    const wrong = { ...page, items: [item, { ...item, [field]: value }] };
    const [usual, compiled] = await Promise.all(
      [testPage, compiledOutput(testPage)].map((schema) => schema.parseAsync(wrong).catch((error: unknown) => error)),
    );
    expect(compiled).toBeInstanceOf(z.ZodError);
    expect((compiled as z.ZodError).issues).toEqual((usual as z.ZodError).issues);
  }
});

test("describes itself as before", () => {
  const describe = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: "any" });
  expect(describe(compiledOutput(testPage))).toEqual(describe(testPage));
  expect(compiledOutput(testPage).shape.items.element).toBe(testItem);
});

test("is what the long lists use", () => {
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { output: z.ZodType } }>;
  for (const name of ["test.list", "test_set.tests", "test_result.list", "test_run.list"]) {
    expect(Object.hasOwn(procedures[name]?._def.output ?? {}, "parseAsync"), name).toBe(true);
  }
});
