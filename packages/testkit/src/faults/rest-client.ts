/** A client of the REST API that gives up as little as a real one: it repeats what it got no answer to. */
import { setTimeout as sleep } from "node:timers/promises";

type Prepared = { test_set_id: string; endpoint_id: string; metric_id: string };

export type RestClient = {
  /** A set of single-turn tests, an endpoint and a metric that looks for "covered". */
  prepare(wanted: {
    project_id: string;
    url: string;
    concurrency: number;
    max_attempts: number;
    inputs: string[];
  }): Promise<Prepared>;
  /** Starts a run and returns its id. */
  execute(prepared: Prepared, idempotency_key: string): Promise<string>;
  /** False where the run is in no state for it. */
  tell(test_run_id: string, what: "pause" | "resume" | "cancel"): Promise<boolean>;
};

const patienceMs = 20_000;
const perRequest = 1_000;

type Send = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
type Make = (path: string, body: unknown, headers?: Record<string, string>) => Promise<{ id: string; ids: string[] }>;

export function restClient(url: string, token: string): RestClient {
  const send = sender(url, token);
  const make: Make = async (path, body, headers) => {
    const response = await send(path, body, headers);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; ids: string[] };
  };
  return {
    prepare: (wanted) => prepare(make, wanted),
    async execute({ test_set_id, endpoint_id, metric_id }, idempotency_key) {
      const body = { endpoint_id, metric_ids: [metric_id] };
      const { id } = await make(`/test-sets/${test_set_id}/execute`, body, { "idempotency-key": idempotency_key });
      return id;
    },
    async tell(test_run_id, what) {
      const response = await send(`/test-runs/${test_run_id}/${what}`, {});
      if (response.ok || response.status === 409) return response.ok;
      throw new Error(`${what}: ${response.status} ${await response.text()}`);
    },
  };
}

/** Posts, again and again until there is an answer. */
function sender(url: string, token: string): Send {
  return async (path, body, headers = {}) => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await fetch(`${url}/api/v1${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        });
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(50);
      }
    }
  };
}

async function prepare(make: Make, wanted: Parameters<RestClient["prepare"]>[0]): Promise<Prepared> {
  const { project_id, url, concurrency, max_attempts, inputs } = wanted;
  const config = {
    url,
    request_mapping: { message: "{{ input }}" },
    response_mapping: { output: "$.reply" },
    max_attempts,
  };
  const named = { project_id, name: `At ${url}` };
  const endpoint = await make("/endpoints", { ...named, max_concurrency: concurrency, config });
  const parameters = { implementation: "contains", phrases: ["covered"] };
  const metric = await make("/metrics", { name: `Says covered at ${url}`, parameters });
  const { id: test_set_id } = await make("/test-sets", named);
  for (let from = 0; from < inputs.length; from += perRequest) {
    const tests = inputs.slice(from, from + perRequest).map((input) => ({ input }));
    const { ids: test_ids } = await make("/tests/bulk", { project_id, tests });
    await make(`/test-sets/${test_set_id}/tests`, { test_ids });
  }
  return { test_set_id, endpoint_id: endpoint.id, metric_id: metric.id };
}
