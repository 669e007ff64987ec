/** One open WebSocket: its messages go to a session, and it does not stay open when nobody is there. */
import type { ConnectorGate } from "@rhesis/router/connector/gate";
import type { RawData, WebSocket } from "ws";

type Session = ReturnType<ConnectorGate["open"]>;
type Socket = Parameters<ConnectorGate["open"]>[1];

export type Connection = {
  session: Session;
  /** Calls back once it is over. */
  onEnd: (listener: () => void) => void;
};

/** A machine that fell asleep or lost its network says nothing; it is asked, and has as long to answer. In milliseconds. */
const askMs = 15_000;
/** How long the other side may take to close what we closed. */
const closeMs = 2_000;
/** What is sent and not taken, in bytes: whoever does not read is not written to for ever. */
const mostBuffered = 64 * 1_048_576;

/** @param open makes the session that the socket belongs to */
export function holdConnection(
  socket: WebSocket,
  { limits, codes }: Pick<ConnectorGate, "limits" | "codes">,
  open: (socket: Socket) => Session,
): Connection {
  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), closeMs).unref();
  };
  const session = open({
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(text);
      if (socket.bufferedAmount > mostBuffered) close(codes.try_again, "You do not read what is sent to you.");
    },
    close,
  });
  const watch = watchLife(socket, limits.idle_ms, () =>
    session.close(codes.idle, "Nothing was said for five minutes."),
  );
  socket.on("message", (data: RawData, is_binary: boolean) => {
    watch.said();
    if (is_binary) session.close(codes.not_text, "A message was binary. Send JSON as text.");
    else session.receive((data as Buffer).toString("utf8"));
  });
  // They are answered already; too many of them are a flood like any other.
  socket.on("ping", () => session.receive('{"type":"pong"}'));
  // Whatever it is, the socket closes next.
  socket.on("error", () => undefined);
  socket.once("close", () => {
    watch.stop();
    void session.ended();
  });
  return { session, onEnd: (listener) => void socket.once("close", listener) };
}

function watchLife(socket: WebSocket, idleMs: number, onIdle: () => void): { said(): void; stop(): void } {
  let said_at = performance.now();
  let answered = true;
  socket.on("pong", () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    if (performance.now() - said_at > idleMs) return onIdle();
    answered = false;
    return socket.ping();
  }, askMs).unref();
  return { said: () => void (said_at = performance.now()), stop: () => clearInterval(timer) };
}
