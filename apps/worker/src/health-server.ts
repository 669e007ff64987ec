import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type HealthChecks = {
  /** False while the worker cannot do its work: the database or the queue is away. */
  ready: () => Promise<boolean>;
  metrics: () => Promise<{ type: string; text: string }>;
};

export type HealthServer = { port: number; close(): Promise<void> };

/** `/healthz` (the process lives), `/readyz` (it can work) and `/metrics` for Prometheus. */
export async function startHealthServer(
  checks: HealthChecks,
  { port, host }: { port: number; host: string },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? "/", checks).then(
      ({ status, type, text }) => response.writeHead(status, { "content-type": type }).end(text),
      () => response.writeHead(503, { "content-type": "text/plain" }).end("unavailable\n"),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function answer(url: string, checks: HealthChecks): Promise<{ status: number; type: string; text: string }> {
  const plain = "text/plain; charset=utf-8";
  switch (url.split("?")[0]) {
    case "/healthz":
      return { status: 200, type: plain, text: "ok\n" };
    case "/readyz":
      return (await checks.ready())
        ? { status: 200, type: plain, text: "ready\n" }
        : { status: 503, type: plain, text: "not ready\n" };
    case "/metrics":
      return { status: 200, ...(await checks.metrics()) };
    default:
      return { status: 404, type: plain, text: "not found\n" };
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
