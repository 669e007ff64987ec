/** What is different between two versions. */
import type { ParameterField, ParameterValue, ParameterValues } from "@rhesis/engine/parameters/schema";

export type Difference = {
  name: string;
  /** undefined where the project has this parameter no longer. */
  field: ParameterField | undefined;
  before: ParameterValue | undefined;
  after: ParameterValue | undefined;
  is_same: boolean;
};

/** Every parameter of either, in the order of the project; what it has no longer comes last. */
export function differences(
  fields: readonly ParameterField[],
  before: ParameterValues,
  after: ParameterValues,
): Difference[] {
  const known = fields.map(({ name }) => name);
  const gone = [...Object.keys(before), ...Object.keys(after)].filter((name) => !known.includes(name));
  const held = [...known, ...new Set(gone.toSorted())].filter((name) => name in before || name in after);
  return held.map((name) => ({
    name,
    field: fields.find((field) => field.name === name),
    before: before[name],
    after: after[name],
    is_same: before[name] === after[name],
  }));
}
