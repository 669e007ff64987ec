/** Serves on the loopback interface only, under both of its addresses. */
import { createServer, type RequestListener, type Server } from "node:http";

export type LoopbackServer = { port: number; close(): Promise<void> };

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1: browsers try either for `localhost`.
 *
 * @param port 0 for any
 * @throws when the port is in use
 */
export async function listenLoopback(listener: RequestListener, port: number): Promise<LoopbackServer> {
  const first = createServer(listener);
  const bound = await listen(first, port, "127.0.0.1");
  const second = createServer(listener);
  const servers = (await listen(second, bound, "::1").catch(() => null)) === null ? [first] : [first, second];
  return {
    port: bound,
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.removeListener("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
