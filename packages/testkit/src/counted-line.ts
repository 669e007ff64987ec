/** A line to PostgreSQL that counts what an application sends over it, whatever part of the application sends it. */
import { createServer, connect, type AddressInfo, type Socket } from "node:net";

export type LineCounts = {
  /** How often something was sent because of an answer: one for all that leaves before the answer arrives. */
  round_trips: number;
  /** Transactions or single statements, as the server sees them: messages after which it says that it is ready. */
  syncs: number;
};

export type CountedLine = {
  /** The address of the database, over this line. */
  url: string;
  /** Runs `work` and counts meanwhile; opening connections does not count. */
  count<T>(work: () => Promise<T>): Promise<{ result: T } & LineCounts>;
  close(): Promise<void>;
};

/** Far enough that all a client sends in one go leaves before the first answer is there. */
const distanceMs = 2;

/** Of the protocol: statements, and what ends a group of them. Signing in and leaving are not work. */
const work = new Set(["P", "B", "D", "C", "E", "S", "Q"]);
const ends = new Set(["S", "Q"]);

/** Opens a line to the database at `url`. Close it when its connections are closed. */
export async function openCountedLine(url: string): Promise<CountedLine> {
  const target = new URL(url);
  const counts: LineCounts = { round_trips: 0, syncs: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    for (const socket of [client, database]) {
      sockets.add(socket.setNoDelay());
      socket.on("error", () => undefined);
      socket.on("close", () => (client.destroy(), database.destroy(), sockets.delete(socket)));
    }
    joinCounted(client, database, counts);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    async count(run) {
      Object.assign(counts, { round_trips: 0, syncs: 0 });
      const result = await run();
      return { result, ...counts };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function joinCounted(client: Socket, database: Socket, counts: LineCounts): void {
  const read = createMessageReader();
  let hasAnswer = true;
  client.on("data", (chunk: Buffer) => {
    const messages = read(chunk).filter((type) => work.has(type));
    if (messages.length > 0 && hasAnswer) {
      counts.round_trips += 1;
      hasAnswer = false;
    }
    counts.syncs += messages.filter((type) => ends.has(type)).length;
    database.write(chunk);
  });
  database.on("data", (chunk: Buffer) => {
    setTimeout(() => {
      hasAnswer = true;
      client.write(chunk);
    }, distanceMs);
  });
}

/** Gives the types of the messages that begin in each chunk; the first message of a connection has none. */
function createMessageReader(): (chunk: Buffer) => string[] {
  let isStarted = false;
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const types: string[] = [];
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return types;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return types;
      if (isStarted) types.push(String.fromCharCode(rest.readUInt8(0)));
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
}
