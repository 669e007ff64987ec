/** Reads a JSON body: bounded, strict about its type, with a sentence for each way to get it wrong. */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { parseJson } from "./parse-json.ts";
import { HttpProblem } from "./problem.ts";

export const ordinaryLimit = 1_000_000;
export const bulkLimit = 10_000_000;

/** The value of the body, or undefined where there is none. @throws HttpProblem 400, 413, 415 */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const declared = request.headers["content-length"];
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(limit);
  const text = await readText(request, limit);
  if (text === "") return undefined;
  requireJson(request);
  return parseJson(text, "The body");
}

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem(400, "malformed", "The body ended before it was complete.");
  }
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new HttpProblem(400, "malformed", "The body is not valid UTF-8.");
  return bytes.toString("utf8");
}

function requireJson(request: IncomingMessage): void {
  const [type = "", ...parameters] = (request.headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (type.trim() === "application/json" && isUtf8 && encoding === "identity") return;
  throw new HttpProblem(415, "unsupported_media_type", "Send the body as application/json in UTF-8, not compressed.", {
    headers: { accept: "application/json" },
  });
}

// The rest of the body is not read, so the connection cannot serve another request.
function tooLarge(limit: number): HttpProblem {
  const text = `The body is larger than ${limit / 1_000_000} MB.`;
  return new HttpProblem(413, "too_large", text, { headers: { connection: "close" } });
}
