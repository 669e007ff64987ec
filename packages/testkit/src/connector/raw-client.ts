/** A process that speaks the connector's protocol by hand, to say what no library of ours would. */
import { WebSocket } from "ws";
import type { ServerMessage } from "@rhesis/engine/connector/schema";

type Typed<Type extends ServerMessage["type"]> = Extract<ServerMessage, { type: Type }>;

export type RawClient = {
  socket: WebSocket;
  heard: ServerMessage[];
  say(message: unknown): void;
  /** Resolves to the next message of that type that was not taken before. */
  next<Type extends ServerMessage["type"]>(type: Type): Promise<Typed<Type>>;
  /** Resolves when the connection is closed. */
  closed: Promise<{ code: number; reason: string }>;
};

/** @param query such as `project_id=…` */
export async function openRawClient(url: string, token: string, query: string): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/connector?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: ServerMessage[] = [];
  const untaken: ServerMessage[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse((data as Buffer).toString()) as ServerMessage;
    heard.push(message);
    untaken.push(message);
    for (const look of waiting.splice(0)) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    socket,
    heard,
    closed,
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async next<Type extends ServerMessage["type"]>(type: Type) {
      for (;;) {
        const at = untaken.findIndex((message) => message.type === type);
        if (at !== -1) return untaken.splice(at, 1)[0] as Typed<Type>;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** Opens, and registers one function that takes one text. */
export async function openRegistered(url: string, token: string, query: string, name = "ask"): Promise<RawClient> {
  const client = await openRawClient(url, token, query);
  client.say({ type: "register", functions: [{ name }] });
  await client.next("registered");
  return client;
}
