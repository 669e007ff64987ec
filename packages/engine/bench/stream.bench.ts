/**
 * Processor time of reading streamed answers with the target client, against a bare reader of the same streams: the
 * response taken apart by the same parser, each event parsed as JSON, its pieces joined. The target runs in a process of
 * its own and writes each answer in as many parts as it has events.
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { compareRounds } from "@rhesis/testkit/bench/rounds";
import { createParser } from "eventsource-parser";
import { Pool } from "undici";
import { createTargetClient } from "../src/target/target-client.ts";
import { targetConfig } from "../src/target/schema.ts";

const calls = Number(process.env["BENCH_CALLS"] ?? 1000);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
const concurrency = 100;
const eventsOfAnswer = 50;
/** An event more than a bare reader costs us its redaction, its mapping and the look for an end mark. */
const most = 2.5;
const end = "[DONE]";
const piece =
  "data: " + JSON.stringify({ id: "c-1", choices: [{ index: 0, delta: { content: "and a word " } }] }) + "\n\n";

if (process.send === undefined) await measure();
else serve();

function serve(): void {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    const next = (left: number): void => {
      if (left === 0) response.end(`data: ${end}\n\n`);
      else response.write(piece, () => next(left - 1));
    };
    next(eventsOfAnswer);
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("disconnect", () => process.exit());
}

async function measure(): Promise<void> {
  // The target is not what is measured, so not profiled either.
  const child = fork(import.meta.filename, { execArgv: [] });
  const port = await new Promise<number>((resolve) => child.once("message", (message) => resolve(Number(message))));
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const client = createTargetClient({ policy: { allow_loopback: true, allow_private: [] }, connections: concurrency });
  const config = targetConfig.parse({
    url: `${origin}/chat`,
    response_format: "sse",
    response_mapping: { output: "$.choices[0].delta.content" },
    stream: { done: end },
  });
  const expected = "and a word ".repeat(eventsOfAnswer);
  const ours = async (): Promise<void> => {
    const { answer, error } = await client.call(config, null, { input: "hello" });
    if (answer?.output !== expected) throw new Error(error?.message ?? "the answer is not whole");
  };
  const bare = async (): Promise<void> => {
    if ((await readBare(pool)) !== expected) throw new Error("the bare reader read something else");
  };
  await compareRounds({
    name: `target client / bare reader, ${calls} answers of ${eventsOfAnswer} server-sent events`,
    limit: () => cpuOf(bare),
    ours: () => cpuOf(ours),
    unit: "µs CPU per answer",
    better: "smaller",
    goal: most,
    rounds,
  });
  await client.close();
  await pool.destroy();
  child.disconnect();
}

async function readBare(pool: Pool): Promise<string> {
  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const { body } = await pool.request({ path: "/chat", method: "POST", headers, body: '{"input":"hello"}' });
  let text = "";
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === end) return;
      const event = JSON.parse(data) as { choices: { delta: { content: string } }[] };
      text += event.choices[0]?.delta.content ?? "";
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
  return text;
}

/** Microseconds of processor time for each call of a round. */
async function cpuOf(call: () => Promise<void>): Promise<number> {
  let next = 0;
  const before = process.cpuUsage();
  const lane = async (): Promise<void> => {
    while (next++ < calls) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
