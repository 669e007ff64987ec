/** The folder that one installation keeps everything in, and the secrets made for it. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { reachableFolder } from "./postgres-binaries.ts";

const secretsFile = z.object({
  owner_password: z.string(),
  app_password: z.string(),
  /** 32 bytes, base64: encrypts what is kept for endpoints and models. */
  encryption_key: z.string(),
});
export type Secrets = z.infer<typeof secretsFile>;

export type DataFolder = {
  folder: string;
  logs: string;
  /** Where the cluster is: elsewhere when we are root and `folder` is in a private home. */
  cluster: string;
  secrets: Secrets;
};

/** Makes what is missing. The secrets are made once: without them the stored data is lost. */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path);
  const reachable = reachableFolder(folder);
  const logs = join(folder, "logs");
  mkdirSync(logs, { recursive: true });
  return { folder, logs, cluster: join(reachable, "postgres"), secrets: readOrMakeSecrets(folder) };
}

function readOrMakeSecrets(folder: string): Secrets {
  const path = join(folder, "secrets.json");
  if (existsSync(path)) {
    const known = secretsFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (!known.success) throw new Error(`${path} is damaged. Restore it, or remove the whole folder to start anew.`);
    return known.data;
  }
  const made: Secrets = {
    owner_password: randomBytes(24).toString("base64url"),
    app_password: randomBytes(24).toString("base64url"),
    encryption_key: randomBytes(32).toString("base64"),
  };
  // Renamed into place, so that a crash in between leaves no half of it.
  writeFileSync(`${path}.new`, JSON.stringify(made, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return made;
}
