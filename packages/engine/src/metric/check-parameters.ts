import { checkPath } from "../json-path.ts";
import { regexProblem } from "../linear-regex.ts";
import { schemaProblem } from "./json-schema.ts";
import { parameterProblems, type MetricParameters } from "./schema.ts";

/** Every reason why a metric with these parameters could not score: patterns, paths and schemas that do not compile too. */
export function checkParameters(parameters: MetricParameters): { path: string[]; message: string }[] {
  return [...parameterProblems(parameters), ...compileProblems(parameters)];
}

function compileProblems(parameters: MetricParameters): { path: string[]; message: string }[] {
  switch (parameters.implementation) {
    case "regex":
      return problem("pattern", regexProblem(parameters.pattern));
    case "json_path_equals":
      return problem("path", checkPath(parameters.path));
    case "json_schema":
      return problem("schema", schemaProblem(parameters.schema));
    default:
      return [];
  }
}

function problem(field: string, message: string | null): { path: string[]; message: string }[] {
  return message === null ? [] : [{ path: [field], message }];
}
