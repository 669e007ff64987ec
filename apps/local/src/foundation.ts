/** What everything else stands on: the lock, the data folder, PostgreSQL with the schema, login and the chatbot. */
import { join } from "node:path";
import { startChatbot } from "./chatbot/server.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { nextFreePort } from "./free-port.ts";
import { acquireInstanceLock, type InstanceLock } from "./instance-lock.ts";
import { type RunningPostgres, startPostgres } from "./postgres.ts";
import { Processes } from "./processes.ts";
import { keepAccounts, prepareDatabase } from "./steps/database.ts";
import { startLogin } from "./steps/login.ts";

export type FoundationOptions = {
  data_dir: string;
  /** Of the web application; login, chatbot and database follow it. Busy ports are passed over. */
  preferred_port: number;
  report: (line: string) => void;
  on_failure: (name: string, last_lines: string) => void;
};

export type Foundation = {
  lock: InstanceLock;
  data_dir: string;
  /** Everything that runs, to start more and to stop all; the lock goes last. */
  processes: Processes;
  application_url: string;
  application_port: number;
  chatbot_url: string;
  admin_url: string;
  owner_url: string;
  /** What api and worker are configured by. */
  environment: Record<string, string>;
};

/**
 * @throws {AlreadyRunningError} when another start holds the folder; whatever was started is stopped again at any error
 */
export async function startFoundation(options: FoundationOptions): Promise<Foundation> {
  const lock = await acquireInstanceLock(options.data_dir);
  const data = await releasingOnError(lock, () => openDataFolder(options.data_dir));
  const processes = new Processes({
    log_dir: data.logs,
    on_failure: options.on_failure,
    on_restart: (name) => options.report(`${name} ended unexpectedly and was started again.`),
  });
  processes.add({ name: "lock", stop: () => lock.release() });
  try {
    return await startParts(options, data, lock, processes);
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

async function startParts(
  options: FoundationOptions,
  data: DataFolder,
  lock: InstanceLock,
  processes: Processes,
): Promise<Foundation> {
  const ports = await choosePorts(options.preferred_port);
  const postgres = await startDatabaseServer(options, data, ports.postgres, processes);
  const { owner_url, app_url } = await prepareDatabase(postgres.admin_url, data.secrets);
  const application_url = `http://localhost:${ports.application}`;
  const { admin_url } = postgres;
  const login = await startLogin({ admin_url, port: ports.login, application_url });
  processes.add({ name: "login", stop: () => login.close() });
  await keepAccounts(admin_url, login.issuer);
  const chatbot = await startChatbot({ port: ports.chatbot });
  processes.add({ name: "chatbot", stop: () => chatbot.close() });
  return {
    lock,
    data_dir: data.folder,
    processes,
    application_url,
    application_port: ports.application,
    chatbot_url: chatbot.url,
    admin_url,
    owner_url,
    environment: {
      DATABASE_URL: app_url,
      OIDC_ISSUER: login.issuer,
      AUTH0_AUDIENCE: login.audience,
      AUTH0_CLIENT_ID: login.client_id,
      PUBLIC_URL: application_url,
      HOST: "127.0.0.1",
      RHESIS_SECRET_KEYS: `local:${data.secrets.encryption_key}`,
      RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    },
  };
}

async function startDatabaseServer(
  options: FoundationOptions,
  data: DataFolder,
  port: number,
  processes: Processes,
): Promise<RunningPostgres> {
  if (data.cluster !== join(data.folder, "postgres")) {
    options.report(`PostgreSQL cannot use ${data.folder} as root, so its data is in ${data.cluster}.`);
  }
  const log_file = join(data.logs, "postgres.log");
  const postgres = await startPostgres({ data_dir: data.cluster, port, log_file });
  let isWanted = true;
  processes.add({
    name: "postgres",
    stop: () => {
      isWanted = false;
      return postgres.stop();
    },
  });
  const reportEnd = async (): Promise<void> => {
    await postgres.ended;
    if (isWanted) options.on_failure("PostgreSQL", `Its log is in ${log_file}.`);
  };
  void reportEnd();
  return postgres;
}

type Ports = Record<"application" | "login" | "chatbot" | "postgres", number>;

async function choosePorts(preferred: number): Promise<Ports> {
  const taken = new Set<number>();
  const take = async (offset: number): Promise<number> => {
    const port = await nextFreePort(preferred === 0 ? 0 : preferred + offset, taken);
    taken.add(port);
    return port;
  };
  return { application: await take(0), login: await take(1), chatbot: await take(2), postgres: await take(3) };
}

async function releasingOnError<T>(lock: InstanceLock, work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    await lock.release();
    throw error;
  }
}
