/** Animals that answer piece by piece. */
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Animal, Visit } from "./endpoint-zoo.ts";
import { streamShapes, type StreamShape } from "./stream-shapes.ts";

const shapes = new Map<string, StreamShape>(Object.entries(streamShapes));

/** Writes each part when the one before has left, `pauseMs` later. */
function write(response: ServerResponse, parts: readonly Buffer[], pauseMs: number, then: () => void): void {
  const [first, ...rest] = parts;
  if (response.destroyed) return;
  if (first === undefined) return then();
  response.write(first, () => {
    if (pauseMs === 0) return write(response, rest, pauseMs, then);
    const timer = setTimeout(() => write(response, rest, pauseMs, then), pauseMs);
    response.on("close", () => clearTimeout(timer));
  });
}

function partsOf(body: Buffer, bytes: number): Buffer[] {
  const count = Math.ceil(body.length / bytes);
  return Array.from({ length: count }, (_part, index) => body.subarray(index * bytes, (index + 1) * bytes));
}

/**
 * A stream of one of the shapes, `bytes` of it at a time with `ms` between them, all or the first `share` of it. `then`:
 * `end` (as it should), `open` (leaves the response open), `reset` (breaks the connection) or `error` (an error event).
 * The first `busy` calls are answered 429.
 */
function stream({ call, response, nth }: Visit): void {
  const shape = shapes.get(call.path.split("/")[2] ?? "");
  if (shape === undefined) return void response.writeHead(404).end("no such shape");
  const { query } = call;
  if (nth <= Number(query.get("busy") ?? 0)) return void response.writeHead(429, { "retry-after": "0" }).end("busy");
  const whole = Buffer.from(shape.body);
  const then = query.get("then") ?? "end";
  const length = Math.ceil(whole.length * Number(query.get("share") ?? 1));
  // An error comes between two lines, the other ends come anywhere.
  const body = whole.subarray(0, then === "error" ? whole.lastIndexOf("\n", length) + 1 : length);
  const ends: Record<string, () => void> = {
    end: () => void response.end(),
    open: () => {},
    reset: () => void response.destroy(),
    error: () => void response.end('\n\nevent: error\ndata: {"error":{"message":"Overloaded"}}\n\n'),
  };
  response.writeHead(200, { "content-type": shape.content_type });
  response.flushHeaders();
  const end = ends[then] ?? (() => {});
  write(response, partsOf(body, Number(query.get("bytes") ?? body.length)), Number(query.get("ms") ?? 0), end);
}

/** The same event for ever, as fast as it is read. */
function endless({ response }: Visit): void {
  const event = `data: ${JSON.stringify({ choices: [{ delta: { content: "and " } }] })}\n\n`;
  const many = Buffer.from(event.repeat(100));
  const pour = (): void => {
    while (!response.destroyed) if (!response.write(many)) return void response.once("drain", pour);
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  pour();
}

/** Says that it is there, and nothing else. */
function silent({ response }: Visit): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const timer = setInterval(() => response.write(": still here\n\n"), 20);
  response.on("close", () => clearInterval(timer));
}

/** Says back what it was sent, a word at a time, in the shape of OpenAI. */
function echo({ call, response }: Visit): void {
  const words = call.body.split(/(?<=\s)/);
  const events = words.map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" }).end(`${events.join("")}data: [DONE]\n\n`);
}

export const streamAnimals: Record<string, Animal> = {
  "/stream": stream,
  "/sse-echo": echo,
  "/sse-endless": endless,
  "/sse-silent": silent,
  "/sse-gzip": ({ response }) =>
    void response
      .writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" })
      .end(gzipSync(streamShapes.openai.body)),
};
