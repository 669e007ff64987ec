/** What `npm start` runs, on ports of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export type LocalStart = {
  /** Where the web app is. */
  url: string;
  output: () => string;
  /** As Ctrl-C does; resolves to the exit code. */
  stop: () => Promise<number | null>;
};

/** Resolves once it says that it is ready. @param folder where its data is kept @throws with its output where it ends */
export async function startLocal(folder: string, options: string[] = []): Promise<LocalStart> {
  const child = spawn(process.execPath, ["apps/local/bootstrap.mjs", "start", ...options], {
    cwd: root,
    // A Redis that is meant for tests is shared: the queue is in PostgreSQL, as on a machine with Node only.
    env: { ...process.env, RHESIS_DATA_DIR: folder, RHESIS_PORT: "0", REDIS_URL: "" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  const ended = once(child, "exit") as Promise<[number | null]>;
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const address = /Rhesis is ready: (\S+)/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then(() => reject(new Error(`it ended before it was ready:\n${text}`)));
  });
  const url = await ready;
  const stop = async () => {
    // Ctrl-C reaches the whole group.
    process.kill(-(child.pid ?? 0), "SIGINT");
    return (await ended)[0];
  };
  return { url, output: () => text, stop };
}
