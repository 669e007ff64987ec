/** The application under test of a fault script: it behaves test by test as the script says, and remembers each call. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Behaviour } from "./script.ts";

export type TargetCall = {
  /** Its place in the script. */
  test: number;
  key: string | null;
  /** By `performance.now()`. */
  at: number;
};

export type FaultTarget = {
  url: string;
  calls: TargetCall[];
  /** The most calls that were open at once. */
  most(): number;
  close(): Promise<void>;
};

/** Milliseconds an answer takes. */
const answerMs = 10;

/** @param tests how each is answered; a call names its test in `message` */
export async function startFaultTarget(tests: readonly Behaviour[]): Promise<FaultTarget> {
  const calls: TargetCall[] = [];
  const seen = new Map<number, number>();
  let open = 0;
  let most = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    open += 1;
    most = Math.max(most, open);
    response.on("close", () => (open -= 1));
    const at = performance.now();
    const { message } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { message: string };
    const test = Number(message.replace("test ", ""));
    const nth = (seen.get(test) ?? 0) + 1;
    seen.set(test, nth);
    calls.push({ test, key: String(request.headers["idempotency-key"] ?? "") || null, at });
    setTimeout(() => answers[tests[test] ?? "answer"](response, nth), answerMs);
  };
  // A call whose worker died in the middle of sending it is not one.
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    most: () => most,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Answer = (response: ServerResponse, nth: number) => void;

const say =
  (reply: string): Answer =>
  (response) =>
    void response.setHeader("content-type", "application/json").end(JSON.stringify({ reply }));

const answers: Record<Behaviour, Answer> = {
  answer: say("It is covered."),
  with_nul: say("It is covered.\u0000"),
  busy_once: (response, nth) =>
    nth === 1 ? void response.writeHead(503).end("busy") : say("It is covered.")(response, nth),
  drop_once: (response, nth) => (nth === 1 ? void response.destroy() : say("It is covered.")(response, nth)),
  broken: (response) => void response.writeHead(500).end("broken"),
  page: (response) => void response.setHeader("content-type", "text/html").end("<html>Sign in</html>"),
};
