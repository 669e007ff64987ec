/**
 * CPU of the target client against a bare `Pool.request` loop: the same calls, in turn, at the same local target that
 * runs in a process of its own. Prints the median of the ratios of each round, with min and max.
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { judge } from "@rhesis/testkit/bench/judge";
import { isNoisy, median, withRange } from "@rhesis/testkit/bench/rounds";
import { Pool } from "undici";
import { createTargetClient } from "../src/target/target-client.ts";
import { targetConfig } from "../src/target/schema.ts";

const calls = Number(process.env["BENCH_CALLS"] ?? 10_000);
const concurrency = 100;
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
/** A stored run may take three times the bare loop; calling has to leave room for scoring and storing. */
const most = 2;
const token = "secret-token";
const answer = '{"output":"You said hello","conversation_id":"c-1"}';

if (process.send === undefined) await measure();
else serve();

function serve(): void {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length }).end(answer);
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
    request_mapping: { input: "{{ input }}", conversation_id: "{{ conversation_id }}", model: "m" },
    response_mapping: { output: "$.output", conversation_id: "$.conversation_id" },
    auth: { type: "bearer" },
  });
  const ours = async (n: number): Promise<void> => {
    const outcome = await client.call(config, token, { input: `hello ${n}` }, { idempotency_key: `run/test/${n}` });
    if (outcome.error !== null) throw new Error(outcome.error.message);
  };
  await compare((n) => callBare(pool, n), ours);
  await client.close();
  await pool.destroy();
  child.disconnect();
}

async function callBare(pool: Pool, n: number): Promise<void> {
  const body = JSON.stringify({ input: `hello ${n}`, model: "m" });
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await pool.request({ path: "/chat", method: "POST", headers, body });
  await response.body.json();
}

async function compare(bare: (n: number) => Promise<void>, ours: (n: number) => Promise<void>): Promise<void> {
  await round(bare);
  await round(ours);
  const results: Record<"bare" | "ours", { cpu: number; time: number }>[] = [];
  for (let index = 0; index < rounds; index++) results.push({ bare: await round(bare), ours: await round(ours) });
  console.log(`target client / bare Pool.request, ${rounds} rounds of ${calls} calls`);
  for (const what of ["cpu", "time"] as const) {
    const ratios = results.map((result) => result.ours[what] / result.bare[what]);
    const noisy = isNoisy(results.map((result) => result.bare[what]));
    judge(what, median(ratios), { at_most: most, shown: withRange(ratios, (ratio) => ratio.toFixed(2)), noisy });
  }
  const micros = (who: "ours" | "bare") => (median(results.map((result) => result[who].cpu)) / calls).toFixed(1);
  console.log(`  ours ${micros("ours")} µs CPU per call, bare ${micros("bare")} µs`);
}

async function round(call: (n: number) => Promise<void>): Promise<{ cpu: number; time: number }> {
  let next = 0;
  const before = process.cpuUsage();
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, time: performance.now() - started };
}
