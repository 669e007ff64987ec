import { expect, test } from "vitest";
import { metricImplementations } from "@rhesis/engine/metric/schema";
import { draftOf, draftProblems, problemAt, serverProblems } from "./metric-draft.ts";

test.each(metricImplementations)("a new %s lacks nothing but its name and the author's own texts", (implementation) => {
  const fields = Object.keys(draftProblems(draftOf(implementation)));
  const own = ["name", "parameters.phrases", "parameters.pattern", "parameters.evaluation_prompt"];
  expect(fields).toContain("name");
  expect(own).toEqual(expect.arrayContaining(fields));
});

test("rules across fields are said where the mistake is", () => {
  const draft = draftOf("length");
  const parameters = { implementation: "length", unit: "words", min: 9, max: 3 } as const;
  expect(draftProblems({ ...draft, name: "Short", parameters })).toEqual({
    "parameters.max": "The greatest length must not be below the least",
  });
});

test("an emptied number asks to be filled in", () => {
  const draft = draftOf("latency");
  const parameters = { implementation: "latency", max_ms: Number.NaN } as const;
  expect(draftProblems({ ...draft, name: "Fast", parameters })).toEqual({ "parameters.max_ms": "Fill this in" });
});

test("problems of the server go to their fields, the others are kept", () => {
  const { problems, rest } = serverProblems([
    { path: ["name"], message: "A metric of that name exists already." },
    { path: ["parameters", "phrases", 0], message: "Too long" },
    { path: ["expected_version"], message: "Changed meanwhile" },
  ]);
  expect(problemAt(problems, "parameters.phrases")).toBe("Too long");
  expect(problemAt(problems, "parameters.phrase")).toBeUndefined();
  expect(rest).toEqual(["Changed meanwhile"]);
});
