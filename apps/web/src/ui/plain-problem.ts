/** The rules of the contract in words for a person, where a schema brings none of its own. */
import type { z } from "zod";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** The error map of every form: `schema.safeParse(input, { error: plainProblem })`. */
export const plainProblem: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return ofType(issue);
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return tooBig(issue);
    case "invalid_format":
      return issue.format === "uuid" ? "Choose one" : "This does not have the form it needs";
    case "invalid_value":
      return "Choose one of those offered";
    case "invalid_union":
      return ofUnion(issue);
    case "unrecognized_keys":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
    case undefined:
      return undefined;
  }
};

const isMissing = "Fill this in";

/** What is wrong with the kind that was meant: the one whose type fits, or nearly does. */
function ofUnion({ errors }: Extract<Issue, { code: "invalid_union" }>): string | undefined {
  const problems = errors.flat();
  const fitting = problems.find(({ code }) => code !== "invalid_type");
  return (fitting ?? problems.find(({ message }) => message !== isMissing) ?? problems[0])?.message;
}

function ofType({ input, expected }: Extract<Issue, { code: "invalid_type" }>): string {
  if (input === undefined || input === null || Number.isNaN(input)) return isMissing;
  if (expected === "int" && typeof input === "number") return "Enter a whole number";
  if (expected === "number" || expected === "int") return "Enter a number";
  return isMissing;
}

function tooSmall({ origin, minimum, inclusive }: Extract<Issue, { code: "too_small" }>): string {
  if (origin === "string") return minimum === 1 ? isMissing : `Use at least ${minimum} characters`;
  if (origin === "array" || origin === "set") {
    return minimum === 1 ? "At least one is needed" : `At least ${minimum} are needed`;
  }
  return inclusive === false ? `It must be more than ${minimum}` : `It must be at least ${minimum}`;
}

function tooBig({ origin, maximum, inclusive }: Extract<Issue, { code: "too_big" }>): string {
  const most = maximum.toLocaleString("en");
  if (origin === "string") return `Use at most ${most} characters`;
  if (origin === "array" || origin === "set") return `At most ${most} are possible`;
  return inclusive === false ? `It must be less than ${most}` : `It must be at most ${most}`;
}
