/** SQL of what the executor of a test run reads beside its results: whom it may call, and whether it still may. */
import { sql } from "kysely";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import type { Tx } from "../tenant.ts";
import { wishOf, type RunLease, type RunWish } from "./run-execution.ts";

export type EndpointAccess = { config: TargetConfig; auth_secret: string | null; max_concurrency: number };
export type ModelAccess = { id: string; provider: string; base_url: string | null; api_key: string | null };

/** The endpoint and the models of a run as they are now, with their sealed secrets. What was deleted is left out. */
export async function readRunAccess(
  tx: Tx,
  ids: { endpoint_id: string; model_ids: string[] },
): Promise<{ endpoint: EndpointAccess | undefined; models: ModelAccess[] }> {
  const [endpoint, models] = await Promise.all([
    tx
      .selectFrom("endpoint")
      .select(["config", "auth_secret", "max_concurrency"])
      .where("id", "=", ids.endpoint_id)
      .where("deleted_at", "is", null)
      .executeTakeFirst(),
    readModelAccess(tx, ids.model_ids),
  ]);
  return { endpoint, models };
}

/** Models as they are now, with their sealed keys. What was deleted is left out. */
export function readModelAccess(tx: Tx, ids: readonly string[]): Promise<ModelAccess[]> {
  return tx
    .selectFrom("model")
    .select(["id", "provider", "base_url", "api_key"])
    .where("id", "=", sql<string>`any(${[...ids]}::uuid[])`)
    .where("deleted_at", "is", null)
    .execute();
}

export type RunControl = {
  held: boolean;
  wish: RunWish;
  /** Calls at once that the endpoint allows this run. */
  share: number;
  /** Calls per second that may begin; null for any number. */
  per_second: number | null;
  /** Milliseconds for which the target has asked not to be called. */
  hold_ms: number;
};

/**
 * What the executor of a run has to know from time to time: whether the run is still its own and wanted, and how the
 * endpoint may be called. Its limits are divided between the runs whose workers are alive; a hold binds all of them.
 */
export async function readRunControl(tx: Tx, lease: RunLease): Promise<RunControl> {
  const { rows } = await sql<RunControl>`
    select r.status = 'running' and r.lease_token = ${lease.lease_token} as held, ${wishOf("r")} as wish,
      greatest(1, coalesce(e.max_concurrency, 1) / others.live)::integer as share,
      e.max_per_minute / 60.0 / others.live as per_second,
      coalesce(extract(epoch from others.held_until - now()) * 1000, 0)::float8 as hold_ms
    from test_run r left join endpoint e on e.organization_id = r.organization_id and e.id = r.endpoint_id
    cross join lateral (
      select greatest(1, count(*)) as live, max(o.held_until) filter (where o.held_until > now()) as held_until
      from test_run o join job j on j.organization_id = o.organization_id and j.id = o.job_id
      where o.endpoint_id = r.endpoint_id and o.kind = 'execute' and o.status = 'running' and j.status = 'running'
        and j.lease_until > now()
    ) others
    where r.id = ${lease.test_run_id}`.execute(tx);
  return rows[0] ?? { held: false, wish: "cancel", share: 1, per_second: null, hold_ms: 0 };
}
