/** Parameters: named values of a project that requests to its endpoints are made with, and the shape they have to have. */
import { z } from "zod";

export const parameterTypes = ["string", "text", "integer", "number", "boolean", "enum", "model_ref"] as const;
export type ParameterType = (typeof parameterTypes)[number];

const fill = "Fill this in";
const line = z
  .string(fill)
  .max(1000)
  .regex(/^[^\r\n]*$/, "Keep it on one line, or make the parameter a long text");
const text = z.string(fill).max(50_000);
const model = z.uuid("Choose a model").toLowerCase();

/** `{{ params.<name> }}` in a mapping. */
export const parameterName = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9_]*$/, "Use small letters, digits and _, and start with a letter")
  .refine((name) => name !== "constructor", "This name is taken by the language of templates");

const common = {
  name: parameterName,
  description: z.string().max(1000).default(""),
  required: z.boolean().default(false).describe("Whether a version has to have a value where there is no default"),
};

const option = z.string().trim().min(1).max(200);

/** One parameter: what it is called and which values it takes. The default stands where a version has no value. */
export const parameterField = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.literal("string"), default: line.nullable().default(null) }),
  z.strictObject({ ...common, type: z.literal("text"), default: text.nullable().default(null) }),
  z.strictObject({ ...common, type: z.literal("integer"), default: z.int().nullable().default(null) }),
  z.strictObject({ ...common, type: z.literal("number"), default: z.number().nullable().default(null) }),
  z.strictObject({ ...common, type: z.literal("boolean"), default: z.boolean().nullable().default(null) }),
  z.strictObject({
    ...common,
    type: z.literal("enum"),
    options: z.array(option).min(1).max(100),
    default: option.nullable().default(null),
  }),
  z.strictObject({ ...common, type: z.literal("model_ref"), default: model.nullable().default(null) }),
]);
export type ParameterField = z.infer<typeof parameterField>;

/** The parameters of a project, in the order in which people fill them in. */
export const parameterFields = z.array(parameterField).max(100).superRefine(checkFields);

export const parametersSchema = z.strictObject({ fields: parameterFields });
export type ParametersSchema = z.infer<typeof parametersSchema>;

function checkFields(fields: ParameterField[], context: z.RefinementCtx<ParameterField[]>): void {
  const names = new Set<string>();
  for (const [at, field] of fields.entries()) {
    const problem = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [at, key], message, input: fields });
    if (names.has(field.name)) problem("name", "Another parameter has this name");
    names.add(field.name);
    if (field.type !== "enum") continue;
    if (new Set(field.options).size < field.options.length) problem("options", "An option stands here twice");
    const isOffered = field.default === null || field.options.includes(field.default);
    if (!isOffered) problem("default", "This is none of the options");
  }
}

export const parameterValue = z.union([z.string(), z.number(), z.boolean()]);
export type ParameterValue = z.infer<typeof parameterValue>;

/** Values by name. A model is named by its id. */
export type ParameterValues = Record<string, ParameterValue>;

/** What values have to be to fit a project's parameters. What is neither needed nor given is left out. */
export function valuesFor(fields: readonly ParameterField[]): z.ZodType<ParameterValues> {
  const shape = fields.map((field): [string, z.ZodType<ParameterValue | undefined>] => {
    const isNeeded = field.required && field.default === null;
    const value = valueFor(field, isNeeded);
    return [field.name, isNeeded ? value : value.optional()];
  });
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<ParameterValues>;
}

function valueFor(field: ParameterField, isNeeded: boolean): z.ZodType<ParameterValue> {
  switch (field.type) {
    case "string":
      return isNeeded ? line.min(1, fill) : line;
    case "text":
      return isNeeded ? text.min(1, fill) : text;
    case "integer":
      return z.int("Enter a whole number");
    case "number":
      return z.number("Enter a number");
    case "boolean":
      return z.boolean("Choose yes or no");
    case "enum":
      return z.enum(field.options, "Choose one of the options");
    case "model_ref":
      return model;
  }
}
