/** JSON as requests carry it, within what everything behind it can hold. */
import { excessOf } from "@rhesis/telemetry/json-excess";
import { HttpProblem } from "./problem.ts";

/** Levels of arrays and objects. */
export const deepest = 100;

const mostValues = 20_000;
/** Of a value in a body that may be larger than others. */
const bytesPerValue = 50;

const ofConcern = /\\u[dD][89a-fA-F]|__proto__|\\u005[fF]/;

/** @param what is read, such as "The body", for messages. @throws HttpProblem 400 */
export function parseJson(text: string, what: string): unknown {
  const values = Math.max(mostValues, Math.floor(text.length / bytesPerValue));
  const excess = excessOf(text, { levels: deepest, values });
  if (excess === "levels") throw malformed(`${what} nests more than ${deepest} levels deep.`);
  if (excess === "values") throw new HttpProblem(413, "too_large", `${what} holds too many values.`);
  try {
    return JSON.parse(text, ofConcern.test(text) ? requireHarmless(what) : undefined);
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw malformed(`${what} is not valid JSON.`);
  }
}

function malformed(message: string): HttpProblem {
  return new HttpProblem(400, "malformed", message);
}

/** PostgreSQL stores no surrogate that stands alone, and no field may reach a prototype. */
function requireHarmless(what: string): (key: string, value: unknown) => unknown {
  return (key, value) => {
    if (key === "__proto__") throw new HttpProblem(400, "invalid", `${what} may not have a field __proto__.`);
    if (key.isWellFormed() && (typeof value !== "string" || value.isWellFormed())) return value;
    throw malformed(`${what} holds half a character: a surrogate that stands alone.`);
  };
}
