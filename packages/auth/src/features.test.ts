import { expect, test } from "vitest";
import { featureDefaults, features, resolveFeatures } from "./features.ts";

test("without an override every feature is as it is by default", () => {
  expect(resolveFeatures({}, {})).toEqual(featureDefaults);
});

test.each([
  ["the default", undefined, undefined, featureDefaults.llm_judge],
  ["the installation over the default", false, undefined, false],
  ["the organization over the default", undefined, false, false],
  ["the organization over the installation, to switch on", false, true, true],
  ["the organization over the installation, to switch off", true, false, false],
])("in force is %s", (_, installation, organization, expected) => {
  const of = (value: boolean | undefined) => (value === undefined ? {} : { llm_judge: value });
  const resolved = resolveFeatures(of(installation), of(organization));
  expect(resolved).toEqual({ ...featureDefaults, llm_judge: expected });
});

test("a name of another version is no feature", () => {
  const resolved = resolveFeatures({ teleport: true }, { time_travel: true, toString: false });
  expect(Object.keys(resolved)).toEqual(features);
});
