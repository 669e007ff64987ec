/** SQL of the connector: who is connected, and the calls that travel between whoever calls and whoever holds a socket. */
import { sql } from "kysely";
import type { Tx } from "../tenant.ts";

/** Without a sign of life for so long a connection is taken for dead. In seconds. */
const connectionSeconds = 30;
/** What is past its time is kept a little, for those who still look, and then swept. */
const keptSeconds = 300;

const alive = sql`expires_at > now()`;
const expiry = sql<Date>`now() + ${connectionSeconds} * interval '1 second'`;

export type NewConnection = {
  id: string;
  project_id: string;
  environment: string;
  user_id: string | null;
  process: string;
  client_version: string;
  functions: string[];
};

/** Says who is connected and what they offer; again whenever that changed. Sweeps what is long over. */
export async function putConnection(tx: Tx, connection: NewConnection): Promise<void> {
  const { client_version, functions } = connection;
  await tx
    .insertInto("connector_connection")
    .values({ ...connection, expires_at: expiry })
    .onConflict((conflict) =>
      conflict.columns(["organization_id", "id"]).doUpdateSet({ client_version, functions, expires_at: expiry }),
    )
    .execute();
  await sweepConnector(tx);
}

/** Forgets connections and calls that were over long ago, as a process leaves them that died. */
export async function sweepConnector(tx: Tx): Promise<void> {
  const old = sql<boolean>`expires_at < now() - ${keptSeconds} * interval '1 second'`;
  await Promise.all([
    tx.deleteFrom("connector_connection").where(old).execute(),
    tx.deleteFrom("connector_call").where(old).execute(),
  ]);
}

/** Moves on the time until which connections count as alive. Returns those that are there. */
export async function keepConnections(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx
    .updateTable("connector_connection")
    .set({ expires_at: expiry })
    .where("id", "=", sql<string>`any(${[...ids]}::uuid[])`)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Ends connections: nobody is called over them any more, and their calls under way have failed. */
export async function endConnections(tx: Tx, ids: readonly string[]): Promise<void> {
  await Promise.all([
    tx
      .updateTable("connector_connection")
      .set({ expires_at: sql<Date>`now()` })
      .where("id", "=", sql<string>`any(${[...ids]}::uuid[])`)
      .execute(),
    tx
      .updateTable("connector_call")
      .set({ status: "failed" })
      .where("connection_id", "=", sql<string>`any(${[...ids]}::uuid[])`)
      .where("status", "=", sql<"waiting">`any(array['waiting', 'sent'])`)
      .execute(),
  ]);
}

export type ConnectionRow = {
  id: string;
  project_id: string;
  environment: string;
  client_version: string;
  functions: string[];
  user_name: string | null;
  created_at: Date;
};

/** Who is connected now, the longest first. */
export async function listConnections(
  tx: Tx,
  { project_id, limit }: { project_id: string | undefined; limit: number },
): Promise<ConnectionRow[]> {
  let matches = tx
    .selectFrom("connector_connection as c")
    .leftJoin("user as u", "u.id", "c.user_id")
    .select(["c.id", "c.project_id", "c.environment", "c.client_version", "c.functions", "c.created_at"])
    .select("u.name as user_name")
    .where(sql<boolean>`c.expires_at > now()`);
  if (project_id !== undefined) matches = matches.where("c.project_id", "=", project_id);
  return matches.orderBy("c.created_at").orderBy("c.id").limit(limit).execute();
}

export type NewConnectorCall = {
  id: string;
  project_id: string;
  environment: string;
  function_name: string;
  request: string;
  timeout_ms: number;
};

/**
 * Makes a call for the connection that offers the function and has the fewest calls under way. False where there is none.
 */
export async function insertConnectorCall(tx: Tx, call: NewConnectorCall): Promise<boolean> {
  const { rows } = await sql`
    insert into connector_call (id, connection_id, request, expires_at)
    select ${call.id}::uuid, c.id, ${call.request}, now() + ${call.timeout_ms} * interval '1 millisecond'
    from connector_connection c
    where c.project_id = ${call.project_id} and c.environment = ${call.environment}
      and ${call.function_name} = any(c.functions) and ${alive}
    order by (select count(*) from connector_call o where o.connection_id = c.id and o.status = any(array['waiting', 'sent'])),
      random()
    limit 1
    returning id`.execute(tx);
  return rows.length > 0;
}

export type SentCall = { id: string; connection_id: string; request: string };

/** Takes what waits for these connections, to be sent over them now. */
export async function takeConnectorCalls(tx: Tx, connection_ids: readonly string[]): Promise<SentCall[]> {
  return tx
    .updateTable("connector_call")
    .set({ status: "sent" })
    .where("connection_id", "=", sql<string>`any(${[...connection_ids]}::uuid[])`)
    .where("status", "=", "waiting")
    .returning(["id", "connection_id", "request"])
    .execute();
}

export type ConnectorAnswer = { id: string; connection_id: string; answer: string };

/** Keeps answers. One counts only from the connection that the call was sent to, and once. */
export async function storeConnectorAnswers(tx: Tx, answers: readonly ConnectorAnswer[]): Promise<void> {
  const ids = answers.map(({ id }) => id);
  const connection_ids = answers.map(({ connection_id }) => connection_id);
  const texts = answers.map(({ answer }) => answer);
  await sql`
    update connector_call c set status = 'answered', answer = a.answer
    from unnest(${ids}::uuid[], ${connection_ids}::uuid[], ${texts}::text[]) as a (id, connection_id, answer)
    where c.id = a.id and c.connection_id = a.connection_id and c.status = 'sent'`.execute(tx);
}

export type CollectedCall = { id: string; is_over: boolean; answer: string | null };

/**
 * Takes away calls that are over: answered, failed, or those whose connection is dead. Tells of the others that they are
 * open. A call that is not told of is lost.
 */
export async function collectConnectorCalls(tx: Tx, ids: readonly string[]): Promise<CollectedCall[]> {
  const { rows } = await sql<CollectedCall>`
    with over as (
      delete from connector_call k where k.id = any(${[...ids]}::uuid[])
        and (k.status = any(array['answered', 'failed']) or not exists (
          select from connector_connection c where c.organization_id = k.organization_id and c.id = k.connection_id and ${alive}))
      returning k.id, k.answer
    )
    select id, true as is_over, answer from over
    union all
    select k.id, false, null from connector_call k
    where k.id = any(${[...ids]}::uuid[]) and k.id not in (select id from over)`.execute(tx);
  return rows;
}

/** Takes back calls that nobody waits for any more. Who works on them is told. */
export async function dropConnectorCalls(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx
    .deleteFrom("connector_call")
    .where("id", "=", sql<string>`any(${[...ids]}::uuid[])`)
    .execute();
}
