/** Finds ports on the loopback interface that nothing listens on. */
import { createServer } from "node:net";

const attempts = 200;

/**
 * The first port at or above `preferred` that is free on 127.0.0.1 and, where the machine has it, on ::1.
 * `preferred` 0 leaves the choice to the system. `taken` lists ports promised to somebody who does not listen yet.
 *
 * @throws when none of the next 200 ports is free
 */
export async function nextFreePort(preferred: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (preferred === 0) {
    const port = await listenOnce(0, "127.0.0.1");
    if (typeof port === "number" && !taken.has(port)) return port;
    return nextFreePort(0, taken);
  }
  const last = Math.min(preferred + attempts - 1, 65_535);
  for (let port = preferred; port <= last; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(
    `No free port between ${preferred} and ${last}. Close a program that uses one of them and try again.`,
  );
}

/** True when a server could listen on this port of the loopback interface now. */
export async function isFree(port: number): Promise<boolean> {
  if ((await listenOnce(port, "127.0.0.1")) === "busy") return false;
  return (await listenOnce(port, "::1")) !== "busy";
}

function listenOnce(port: number, host: string): Promise<number | "busy" | "no_such_address"> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve("busy");
      else if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") resolve("no_such_address");
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
