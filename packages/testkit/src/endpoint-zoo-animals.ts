import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { streamAnimals } from "./endpoint-zoo-streams.ts";
import type { Animal, Visit } from "./endpoint-zoo.ts";

const bigBytes = 50 * 1024 * 1024;
const chunk = Buffer.alloc(64 * 1024, "x");
const html = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>";
const clientId = "zoo";
const clientSecret = "zoo-secret";

function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function numbered(visit: Visit, name: string, fallback: number): number {
  return Number(visit.call.query.get(name) ?? fallback);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function chat({ call, response }: Visit): void {
  const { input, conversation_id } = parsed(call.body);
  const id = typeof conversation_id === "string" ? conversation_id : randomUUID();
  json(response, {
    output: `You said: ${String(input)}`,
    conversation_id: id,
    context: ["zoo rules"],
    usage: { tokens: 3 },
  });
}

function openai({ response }: Visit): void {
  const message = { role: "assistant", content: "Hello from the zoo" };
  json(response, { id: "c1", choices: [{ index: 0, message, finish_reason: "stop" }], usage: { total_tokens: 9 } });
}

/** Writes as fast as the client reads, `total` bytes or for ever. */
function pour(response: ServerResponse, total: number): void {
  let left = total;
  const write = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once("drain", write);
    }
    response.end();
  };
  response.writeHead(200, { "content-type": "text/plain" });
  write();
}

function drip({ response }: Visit): void {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 50);
  response.on("close", () => clearInterval(timer));
}

function busy(status: number): Animal {
  return (visit) => {
    if (visit.nth > numbered(visit, "times", 1)) return json(visit.response, { output: "ok after all" });
    const after = visit.call.query.get("after");
    return json(visit.response, { error: "later" }, status, after === null ? {} : { "retry-after": after });
  };
}

function redirect({ call, response, zoo }: Visit): void {
  const left = Number(call.path.split("/")[2] ?? 0);
  const status = Number(call.query.get("status") ?? 307);
  const next = left > 1 ? `/redirect/${left - 1}?status=${status}` : "/echo";
  response.writeHead(status, { location: `${zoo.url}${next}` }).end();
}

function token({ call, response, zoo }: Visit): void {
  const form = new URLSearchParams(call.body);
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const inBody = form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
  const allowed = call.query.get("style") === "post" ? inBody : inBody || call.headers["authorization"] === basic;
  if (!allowed || form.get("grant_type") !== "client_credentials")
    return json(response, { error: "invalid_client" }, 401);
  const access_token = `zoo-token-${randomUUID()}`;
  zoo.tokens.add(access_token);
  return json(response, { access_token, token_type: "Bearer", expires_in: Number(call.query.get("life") ?? 600) });
}

function guarded({ call, response, zoo }: Visit): void {
  const given = call.headers["authorization"]?.replace("Bearer ", "") ?? "";
  if (!zoo.tokens.has(given)) return json(response, { error: "invalid_token" }, 401);
  return json(response, { output: "inside" });
}

let bomb: Buffer | undefined;

/** What each path does. */
export const animals: Record<string, Animal> = {
  ...streamAnimals,
  "/echo": ({ call, response }) =>
    json(response, {
      output: call.body,
      method: call.method,
      path: call.path,
      query: Object.fromEntries(call.query),
      headers: call.headers,
      body: call.body,
    }),
  "/chat": chat,
  "/openai": openai,
  "/hang": () => {},
  "/hang-body": ({ response }) =>
    void response.writeHead(200, { "content-type": "application/json" }).write('{"output":'),
  "/drip": drip,
  "/500": ({ response }) =>
    void response.writeHead(500, { "content-type": "text/html" }).end("<h1>Internal Server Error</h1>"),
  "/429": busy(429),
  "/flaky": busy(503),
  "/html": ({ response }) => void response.writeHead(200, { "content-type": "text/html" }).end(html),
  "/big": ({ response }) => pour(response, bigBytes),
  "/endless": ({ response }) => pour(response, Number.POSITIVE_INFINITY),
  "/invalid-json": ({ response }) =>
    void response.writeHead(200, { "content-type": "application/json" }).end('{"output": "cut of'),
  "/close": ({ response }) => void response.destroy(),
  "/close-body": ({ response }) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("only this much", () => response.destroy());
  },
  "/redirect": redirect,
  "/redirect-cross": ({ response, zoo }) => void response.writeHead(307, { location: `${zoo.sister}/echo` }).end(),
  "/redirect-private": ({ call, response }) =>
    void response.writeHead(302, { location: call.query.get("to") ?? "" }).end(),
  "/slow": (visit) => {
    const timer = setTimeout(() => json(visit.response, { output: "slow but sure" }), numbered(visit, "ms", 100));
    visit.response.on("close", () => clearTimeout(timer));
  },
  "/charset": ({ response }) =>
    void response
      .writeHead(200, { "content-type": "application/json; charset=iso-8859-1" })
      .end(Buffer.from('{"output":"caf\u00e9"}', "latin1")),
  "/charset-wrong": ({ response }) =>
    void response.writeHead(200, { "content-type": "text/plain" }).end(Buffer.from([0x63, 0x61, 0x66, 0xe9])),
  "/nul": ({ response }) =>
    void response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"output":"a\\u0000b\\ud800c","\\u0000k":1,"__proto__":{"x":1}}'),
  "/gzip-bomb": ({ response }) => {
    bomb ??= gzipSync(Buffer.alloc(bigBytes));
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
  },
  "/gzip": ({ response }) =>
    void response
      .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
      .end(gzipSync('{"output":"small"}')),
  "/empty": ({ response }) => void response.writeHead(204).end(),
  "/status": ({ call, response }) => json(response, { error: "as asked" }, Number(call.path.split("/")[2])),
  "/oauth": token,
  "/protected": guarded,
};
