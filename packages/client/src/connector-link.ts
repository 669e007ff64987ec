/** One WebSocket to the API, and what its end means. */
import type { IncomingMessage } from "node:http";
import type { ClientMessage, ServerMessage } from "@rhesis/engine/connector/schema";
import { WebSocket } from "ws";

export type Address = {
  url: string;
  token: string;
  project_id: string | undefined;
  environment: string | undefined;
};

/** `status` is the HTTP status or the close code. `is_final` where another attempt would end the same way. */
export type Ending = { reason: string; status: number; is_final: boolean };

export type Link = {
  send(message: ClientMessage): void;
  /** Leaves, and resolves when that is done. */
  close(): Promise<void>;
};

export type LinkListener = { onMessage(message: ServerMessage): void; onEnd(ending: Ending): void };

/**
 * RFC 6455 7.4: what we did is wrong, or we may not. Not among them are 1001 and 1011, which also stand for proxies that
 * restart and servers that stumble.
 */
const finalCodes: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);
/** Refusals that pass by themselves. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
const pingMs = 60_000;
/** The API says something every 15 seconds. When it is silent for so long, it or the way to it is gone. In milliseconds. */
const silenceMs = 60_000;
const handshakeMs = 20_000;
const closeMs = 2_000;
const longestProblem = 65_536;

/** Opens a connection. `onEnd` is told once, also where it never opened. */
export function openLink(address: Address, listener: LinkListener): Link {
  const socket = new WebSocket(addressOf(address), {
    headers: { authorization: `Bearer ${address.token}` },
    handshakeTimeout: handshakeMs,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const end = once(listener);
  let problem = "The connection was lost.";
  socket.on("unexpected-response", (request, response) => {
    void readRefusal(response)
      .then(end)
      .finally(() => request.destroy());
  });
  socket.on("error", (error) => (problem = `The API could not be reached: ${error.message}`));
  socket.on("close", (code, reason) => end(endingOf(code, reason.toString() || problem)));
  socket.on("message", (data) => {
    const message = parse((data as Buffer).toString("utf8"));
    if (message !== null) listener.onMessage(message);
  });
  keepAlive(socket);
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => close(socket),
  };
}

function addressOf({ url, project_id, environment }: Address): URL {
  const address = new URL(`${url.replace(/\/+$/, "")}/api/v1/connector`);
  address.protocol = address.protocol.replace("http", "ws");
  if (project_id !== undefined) address.searchParams.set("project_id", project_id);
  if (environment !== undefined) address.searchParams.set("environment", environment);
  return address;
}

function once(listener: LinkListener): (ending: Ending) => void {
  let told = false;
  return (ending) => {
    if (told) return;
    told = true;
    listener.onEnd(ending);
  };
}

function endingOf(code: number, reason: string): Ending {
  return { reason, status: code, is_final: finalCodes.has(code) };
}

/** What the API says of an upgrade that it refuses. */
async function readRefusal(response: IncomingMessage): Promise<Ending> {
  const status = response.statusCode ?? 0;
  const is_final = status >= 300 && status < 500 && !passingStatuses.has(status);
  let text = "";
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > longestProblem) break;
    }
  } catch {
    // The status says enough.
  }
  return { reason: detailOf(text) ?? `The API refused the connection (${status}).`, status, is_final };
}

function detailOf(text: string): string | null {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === "string" ? detail : null;
  } catch {
    return null;
  }
}

function parse(text: string): ServerMessage | null {
  try {
    return JSON.parse(text) as ServerMessage;
  } catch {
    return null;
  }
}

/** Says something now and then, and hears whether the other side still does. */
function keepAlive(socket: WebSocket): void {
  let heard = performance.now();
  const hear = (): void => void (heard = performance.now());
  const ping = setInterval(() => socket.readyState === socket.OPEN && socket.send('{"type":"ping"}'), pingMs);
  const watch = setInterval(() => performance.now() - heard > silenceMs && socket.terminate(), pingMs / 4);
  for (const event of ["open", "ping", "message"] as const) socket.on(event, hear);
  socket.once("close", () => {
    clearInterval(ping);
    clearInterval(watch);
  });
}

function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), closeMs);
    socket.once("close", () => {
      clearTimeout(late);
      resolve();
    });
    socket.close(1000);
  });
}
