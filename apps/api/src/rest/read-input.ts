/** The input of a procedure from path, query, body and headers of a REST request. */
import type { FieldProblem } from "@rhesis/telemetry/app-error";
import { headerOf, type Exchange } from "../host/exchange.ts";
import { HttpProblem } from "../host/problem.ts";
import { bulkProcedures } from "../host/procedures.ts";
import { bulkLimit, ordinaryLimit, readJsonBody } from "../host/read-body.ts";
import type { Operation } from "./operations.ts";

type Input = Record<string, unknown>;

/** @param values of the path's parameters, as sent. @throws HttpProblem 400, 413, 415 */
export async function readInput(operation: Operation, values: string[], exchange: Exchange): Promise<Input> {
  const input: Input = {};
  readPath(operation, values, input);
  readQuery(operation, exchange.query, input);
  if (operation.takes_body) await readBody(operation, exchange, input);
  if (operation.has_expected_version) readIfMatch(exchange, input);
  return input;
}

function readPath({ path_names, strings }: Operation, values: string[], input: Input): void {
  for (const [index, name] of path_names.entries()) {
    input[name] = strings.get(name)?.read(decode(values[index] ?? "", name));
  }
}

function decode(text: string, name: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid([{ path: [name], message: "It is not properly percent-encoded" }]);
  }
}

function readQuery(operation: Operation, query: string, input: Input): void {
  if (query === "") return;
  const { strings, takes_body, path_names } = operation;
  const problems: FieldProblem[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const reader = takes_body || path_names.includes(name) ? undefined : strings.get(name);
    if (reader === undefined) problems.push({ path: [name], message: "There is no such query parameter" });
    else if (reader.many) input[name] = [...((input[name] as unknown[] | undefined) ?? []), reader.read(text)];
    else if (Object.hasOwn(input, name)) problems.push({ path: [name], message: "Give it once" });
    else input[name] = reader.read(text);
  }
  if (problems.length > 0) throw invalid(problems);
}

async function readBody(operation: Operation, { request }: Exchange, input: Input): Promise<void> {
  const limit = bulkProcedures.has(operation.name) ? bulkLimit : ordinaryLimit;
  const sent = await readJsonBody(request, limit);
  if (sent === undefined) return;
  const body = operation.read_dates === null ? sent : operation.read_dates(sent);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HttpProblem(400, "invalid", "The body must be a JSON object.");
  }
  const twice = operation.path_names.filter((name) => Object.hasOwn(body, name));
  if (twice.length > 0)
    throw invalid(twice.map((name) => ({ path: [name], message: "It stands in the path already" })));
  // As own properties: "__proto__" in a body must not become a prototype.
  for (const [name, value] of Object.entries(body)) {
    Object.defineProperty(input, name, { value, enumerable: true, writable: true, configurable: true });
  }
}

const entityTag = /^(?:W\/)?"(\d{1,9})"$/;

/** `If-Match: "3"` asks for version 3. Versions are whole numbers, so weak and strong tags say the same. */
function readIfMatch({ request }: Exchange, input: Input): void {
  const sent = headerOf(request, "if-match");
  if (sent === null || sent.trim() === "*") return;
  const version = entityTag.exec(sent.trim())?.[1];
  if (version === undefined) {
    throw invalid([{ path: ["If-Match"], message: 'Send the ETag of what you read, such as "3"' }]);
  }
  const stated = input["expected_version"];
  if (stated !== undefined && stated !== Number(version)) {
    throw invalid([{ path: ["expected_version"], message: "It differs from the If-Match header" }]);
  }
  input["expected_version"] = Number(version);
}

function invalid(problems: FieldProblem[]): HttpProblem {
  return new HttpProblem(400, "invalid", "The input is not valid.", { problems });
}
