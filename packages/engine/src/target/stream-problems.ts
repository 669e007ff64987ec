/** What can be wrong with an answer that comes in pieces, said to a domain expert. */
import { type Failure, failure } from "./call-failure.ts";
import { cleanText } from "./clean-json.ts";
import { asText } from "./map-response.ts";
import type { Json } from "./schema.ts";
import type { StreamEvent } from "./stream-events.ts";

/** What the pieces of an answer are called. */
export type Unit = "event" | "line" | "message";

const maxShown = 60;
const maxReason = 300;
/** Types by which providers say that the rest of the answer will not come. */
const errorTypes: ReadonlySet<string> = new Set(["error", "response.failed"]);

/** The failure that an event reports, or null. */
export function reportedError(type: string | undefined, body: Json): Failure | null {
  const reason = errorReason(type, body);
  if (reason === null) return null;
  const shown = cleanText(reason.trim().slice(0, maxReason));
  // As likely to pass as not, and the type of an error says little about it: one more try.
  return failure(
    "stream_error",
    `The application reported an error instead of the rest of its answer: ${shown}`,
    "once",
  );
}

function errorReason(type: string | undefined, body: Json): string | null {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const error = isObject && Object.hasOwn(body, "error") ? (body["error"] ?? null) : null;
  if (error !== null && error !== false && error !== "") return reasonIn(error);
  return type !== undefined && errorTypes.has(type) ? reasonIn(body) : null;
}

function reasonIn(value: Json): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return asText(value);
  const { error, response, message, detail, type, code } = value;
  const inner = [error, response].find((part) => typeof part === "object" && part !== null);
  if (inner !== undefined) return reasonIn(inner);
  const said = [message, detail, error, type, code].find((part) => typeof part === "string" && part !== "");
  return asText(said ?? value);
}

/** An answer that ended before its end mark. */
export function brokenOff(unit: Unit, count: number, done: string | number): Failure {
  const came = counted(count, unit);
  const what =
    typeof done === "number"
      ? `only ${came} of ${done} came`
      : `${came} came, and the end mark (${shortened(done)}) was not among them`;
  return failure(
    "connection_closed",
    `The application ended its answer too early: ${what}. What came is not scored, for it may be half an answer. If it was whole, correct the end mark.`,
    "once",
  );
}

/** An event that had to be JSON, or is half of one that would have been. */
export function notJson(unit: Unit, { data, number, unfinished }: StreamEvent): Failure {
  if (unfinished)
    return failure(
      "connection_closed",
      `The application ended its answer too early, in the middle of ${unit} ${number}.`,
      "once",
    );
  return failure(
    "not_json",
    `The ${unit} ${number} of the answer is not valid JSON: ${shortened(data)}. If it only marks the end of the answer, enter it as the end mark.`,
    "no",
  );
}

export function counted(count: number, unit: Unit): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function shortened(text: string): string {
  const shown = cleanText(text.trim());
  return shown.length > maxShown ? `${shown.slice(0, maxShown)}…` : shown;
}
