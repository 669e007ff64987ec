/** The target of the benchmark, a process of its own: answers after the `latency` of its query, counts calls, tells when the first came. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

let calls = 0;
let first = 0;
let inFlight = 0;
let most = 0;

function count(latency: number, answer: () => void): void {
  calls += 1;
  if (calls === 1) first = Date.now();
  most = Math.max(most, ++inFlight);
  const end = () => {
    inFlight -= 1;
    answer();
  };
  if (latency === 0) setImmediate(end);
  else setTimeout(end, latency);
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://target");
  request.resume();
  if (url.pathname === "/count") {
    response.end(JSON.stringify({ calls, first, most }));
  } else if (url.pathname === "/reset") {
    calls = first = most = 0;
    response.end("{}");
  } else {
    count(Number(url.searchParams.get("latency") ?? 0), () =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"output":"The claim is covered."}'),
    );
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit(0));
