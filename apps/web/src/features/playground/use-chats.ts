import { useEffect, useRef, useState } from "react";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { failureOf } from "../../api/problems.ts";
import { alone, api } from "../../api/trpc.ts";
import { ended, isWaiting, nextCall, said, type Chat, type Ending } from "./chat-state.ts";

export type Side = "first" | "second";

/** Who is spoken to, and with which parameters. */
export type Partner = { side: Side; endpoint: Endpoint; params: Record<string, string> };

const none: Chat = [];

/** The conversations of the page: one for each endpoint at each side, gone with the page. */
export function useChats() {
  const [chats, setChats] = useState<Record<string, Chat>>({});
  const [calls] = useState(() => new Set<AbortController>());
  const latest = useRef(chats);
  const change = (key: string, next: (chat: Chat) => Chat) => {
    latest.current = { ...latest.current, [key]: next(latest.current[key] ?? none) };
    setChats(latest.current);
  };
  useEffect(() => () => abortAll(calls), [calls]);

  const sayTo = async ({ side, endpoint, params }: Partner, input: string): Promise<void> => {
    const key = keyOf(side, endpoint.id);
    const before = latest.current[key] ?? none;
    const number = before.length + 1;
    const controller = new AbortController();
    calls.add(controller);
    change(key, (chat) => said(chat, input));
    const ending = await call(nextCall(endpoint, before, { input, params }), controller.signal);
    // After a stop the page has said so already, and after a start over there may be another turn of that number.
    if (calls.delete(controller)) change(key, (chat) => ended(chat, number, ending));
  };
  return {
    chatWith: (side: Side, id: string): Chat => chats[keyOf(side, id)] ?? none,
    say: (partners: readonly Partner[], input: string) => {
      for (const partner of partners) void sayTo(partner, input);
    },
    stop: () => {
      abortAll(calls);
      for (const [key, chat] of Object.entries(latest.current)) if (isWaiting(chat)) change(key, stopped);
    },
    startOver: () => {
      abortAll(calls);
      latest.current = {};
      setChats(latest.current);
    },
  };
}

function abortAll(calls: Set<AbortController>): void {
  for (const call of calls) call.abort();
  calls.clear();
}

function keyOf(side: Side, id: string): string {
  return `${side} ${id}`;
}

function stopped(chat: Chat): Chat {
  return chat.reduce((all, { number }) => ended(all, number, { state: "stopped" }), chat);
}

async function call(input: ReturnType<typeof nextCall>, signal: AbortSignal): Promise<Ending> {
  try {
    return { state: "came", outcome: await api.endpoint.invoke.mutate(input, { signal, context: alone.trpc.context }) };
  } catch (error) {
    const { message, problems } = failureOf(error);
    return { state: "refused", problem: [message, ...problems.map((problem) => problem.message)].join(" ") };
  }
}
