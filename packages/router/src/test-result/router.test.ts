import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { codeOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let api: Caller;
let run_id: string;
let ids: string[];
let first: { id: string; name: string };
let second: { id: string; name: string };
let requirement: { id: string; name: string };

const verdicts = ["pass", "fail", "error", "pass", "inconclusive", null] as const;

/** Six results: the verdicts above, two scores each where there is an answer, the last one still open. */
beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = callerFor(open().database, a.people.viewer);
  const member = callerFor(open().database, a.people.member);
  const { project_id } = a;
  const parameters = { implementation: "json_valid" } as const;
  first = await member.metric.create({ name: "Alpha", parameters });
  second = await member.metric.create({ name: "Beta", parameters });
  requirement = await member.requirement.create({ name: "Knows" });
  const config = { url: "http://127.0.0.1:9/" };
  const endpoint = await member.endpoint.create({ project_id, name: "Bot", config });
  const set = await member.test_set.create({ project_id, name: "Set" });
  const tests = verdicts.map((_, at) => ({
    input: `Question ${at} ${"long ".repeat(200)}`,
    requirement_id: at < 2 ? requirement.id : null,
  }));
  const made = await member.test.create_many({ project_id, tests });
  await member.test_set.add_tests({ id: set.id, test_ids: made.ids });
  await member.test_set.add_metrics({ id: set.id, metric_ids: [first.id, second.id] });
  run_id = (await member.test_set.execute({ id: set.id, endpoint_id: endpoint.id })).id;
  const rows = await open().admin<{ id: string }>("select id from test_result where test_run_id = $1 order by id", [
    run_id,
  ]);
  ids = rows.map((row) => row.id);
  for (const [at, verdict] of verdicts.entries()) if (verdict !== null) await store(ids[at] ?? "", verdict);
  await open().admin("update test_run set passed = 2, failed = 1, inconclusive = 1, errored = 1 where id = $1", [
    run_id,
  ]);
});

async function store(id: string, verdict: string): Promise<void> {
  await open().admin(
    `update test_result set status = 'completed', verdict = $2, latency_ms = 12.5, finished_at = now(),
       output = case when $2 = 'error' then null else 'Answer ' || $2 end,
       error_code = case when $2 = 'error' then 'timeout' end, error_message = case when $2 = 'error' then 'No answer' end,
       attempts = '[{"started_at":"2026-01-01T00:00:00Z","duration_ms":1,"status":200,"error_code":null,"waited_ms":0}]',
       request = '{"method":"POST","url":"http://x/","headers":{},"body":"{}"}',
       response = '{"status":200,"headers":{},"body":"{}"}' where id = $1`,
    [id, verdict],
  );
  if (verdict === "error") return;
  await open().admin(
    `insert into score (organization_id, test_result_id, metric_id, test_run_id, metric_name, verdict, value, reason, raw)
     select organization_id, test_result.id, m.id, test_run_id, m.name, case when m.name = 'Beta' then 'pass' else $2 end, m.value, 'Because', 'raw'
     from test_result, (values ($3::uuid, 'Alpha', 0.25), ($4::uuid, 'Beta', 1.0)) as m (id, name, value) where test_result.id = $1`,
    [id, verdict, first.id, second.id],
  );
}

const listed = async (filter: object) =>
  (await api.test_result.list({ test_run_id: run_id, ...filter })).items.map((item) => ids.indexOf(item.id));

test("denies before it allows", async () => {
  const id = ids[0] ?? "";
  const calls = (caller: Caller) =>
    Promise.all(
      [
        caller.test_result.list({ test_run_id: run_id }),
        caller.test_result.summary({ test_run_id: run_id }),
        caller.test_result.get({ id }),
      ].map(codeOf),
    );
  expect(await calls(callerFor(open().database, null))).toEqual(Array(3).fill("UNAUTHORIZED"));
  expect(await calls(callerFor(open().database, tokenOf(a.people.owner, [], null)))).toEqual(
    Array(3).fill("FORBIDDEN"),
  );
  expect(await calls(callerFor(open().database, b.people.owner))).toEqual(Array(3).fill("NOT_FOUND"));
  const owner = callerFor(open().database, a.people.owner);
  const other = await owner.project.create({ name: "Other" });
  const bound = callerFor(open().database, tokenOf(a.people.owner, null, other.id));
  expect(await calls(bound)).toEqual(Array(3).fill("NOT_FOUND"));
  expect(await codeOf(api.test_result.get({ id: randomUUID() }))).toBe("NOT_FOUND");
});

test("lists in the order of the run, with scores and without long texts", async () => {
  const { items, total } = await api.test_result.list({ test_run_id: run_id });
  expect([items.map((item) => item.id), total]).toEqual([ids, 6]);
  expect(items[0]?.input).toHaveLength(500);
  expect(items[1]).toMatchObject({
    verdict: "fail",
    output: "Answer fail",
    requirement_name: "Knows",
    latency_ms: 12.5,
    scores: [
      { metric_id: first.id, metric_name: "Alpha", verdict: "fail", value: 0.25, label: null },
      { metric_id: second.id, metric_name: "Beta", verdict: "pass", value: 1, label: null },
    ],
  });
  expect(items[2]).toMatchObject({ verdict: "error", error_code: "timeout", error_message: "No answer", scores: [] });
  expect(items[5]).toMatchObject({ status: "pending", verdict: null, output: null, scores: [] });
  for (const hidden of ["request", "response", "answer", "raw", "reason"])
    expect(JSON.stringify(items)).not.toContain(`"${hidden}"`);
});

test.each([
  [{ verdict: "pass" }, [0, 3]],
  [{ status: "pending" }, [5]],
  [{ metric_verdict: "fail" }, [1]],
  [{ metric_verdict: "inconclusive" }, [4]],
  [{ error_code: "timeout" }, [2]],
  [{ error_code: "http_error" }, []],
  [{ error_cause: "No answer" }, [2]],
  [{ q: "question 4" }, [4]],
  [{ q: "ANSWER PASS" }, [0, 3]],
  [{ q: "%" }, []],
  [{ verdict: "pass", q: "question 3" }, [3]],
  [{ sort: "-created_at", limit: 2 }, [5, 4]],
] as const)("filters by %j", async (filter, expected) => {
  expect(await listed(filter)).toEqual(expected);
  const { total } = await api.test_result.list({ test_run_id: run_id, ...filter });
  expect(total).toBe("limit" in filter ? 6 : expected.length);
});

test("filters by requirement and metric, counts what it filters, and pages", async () => {
  expect(await listed({ requirement_id: requirement.id })).toEqual([0, 1]);
  expect(await listed({ metric_id: first.id })).toEqual([0, 1, 3, 4]);
  expect(await listed({ metric_id: first.id, metric_verdict: "pass" })).toEqual([0, 3]);
  expect(await listed({ metric_id: second.id, metric_verdict: "fail" })).toEqual([]);
  const page = await api.test_result.list({ test_run_id: run_id, metric_id: first.id, limit: 3 });
  expect([page.items.length, page.total]).toEqual([3, 4]);
  const rest = await api.test_result.list({
    test_run_id: run_id,
    metric_id: first.id,
    limit: 3,
    cursor: page.next_cursor ?? "",
  });
  expect(rest.items.map((item) => item.id)).toEqual([ids[4]]);
});

test("shows everything of one, and what stands before and after it under the same filter", async () => {
  const one = await api.test_result.get({ id: ids[1] ?? "" });
  expect(one).toMatchObject({
    output: "Answer fail",
    request: { method: "POST" },
    response: { status: 200 },
    attempts: [{ status: 200 }],
    previous_id: ids[0],
    next_id: ids[2],
  });
  expect(one.input.length).toBeGreaterThan(1000);
  expect(one.scores).toMatchObject([
    { metric_name: "Alpha", reason: "Because", raw: "raw", duration_ms: 0 },
    { metric_name: "Beta" },
  ]);
  const step = async (at: number, filter: object) => {
    const { previous_id, next_id } = await api.test_result.get({ id: ids[at] ?? "", ...filter });
    return [previous_id, next_id].map((id) => (id === null ? null : ids.indexOf(id)));
  };
  expect(await step(0, {})).toEqual([null, 1]);
  expect(await step(5, {})).toEqual([4, null]);
  expect(await step(0, { verdict: "pass" })).toEqual([null, 3]);
  expect(await step(3, { metric_id: first.id, metric_verdict: "inconclusive" })).toEqual([null, 4]);
  expect(await step(3, { q: "question 1" })).toEqual([1, null]);
});

test("counts by verdict, requirement and metric", async () => {
  const none = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
  expect(await api.test_result.summary({ test_run_id: run_id })).toEqual({
    total: 6,
    pass: 2,
    fail: 1,
    inconclusive: 1,
    error: 1,
    open: 1,
    cancelled: 0,
    by_requirement: [
      { requirement_id: requirement.id, requirement_name: "Knows", ...none, total: 2, pass: 1, fail: 1 },
      { requirement_id: null, requirement_name: null, ...none, total: 4, pass: 1, inconclusive: 1, error: 1 },
    ],
    by_metric: [
      { metric_id: first.id, metric_name: "Alpha", total: 4, pass: 2, fail: 1, inconclusive: 1, mean_value: 0.25 },
      { metric_id: second.id, metric_name: "Beta", total: 4, pass: 4, fail: 0, inconclusive: 0, mean_value: 1 },
    ],
    by_error: [{ error_code: "timeout", error_cause: "No answer", total: 1, example: "No answer" }],
  });
});

/** What came of as many tests as there are messages, in this order. */
async function runOfErrors(errors: readonly (readonly [code: string, message: string | null])[]): Promise<string> {
  const member = callerFor(open().database, a.people.member);
  const { project_id } = a;
  const endpoint = await member.endpoint.create({ project_id, name: "Broken", config: { url: "http://127.0.0.1:9/" } });
  const set = await member.test_set.create({ project_id, name: "Errors" });
  const tests = errors.map((_, at) => ({ input: `Question ${at}` }));
  const made = await member.test.create_many({ project_id, tests });
  await member.test_set.add_tests({ id: set.id, test_ids: made.ids });
  await member.test_set.add_metrics({ id: set.id, metric_ids: [first.id] });
  const { id } = await member.test_set.execute({ id: set.id, endpoint_id: endpoint.id });
  await open().admin(
    `update test_result r set status = 'completed', verdict = 'error', error_code = e.code, error_message = e.message
     from (select id, row_number() over (order by id) as nr from test_result where test_run_id = $1) as n,
       unnest($2::text[], $3::text[]) with ordinality as e (code, message, nr)
     where n.nr = e.nr and r.id = n.id`,
    [id, errors.map(([code]) => code), errors.map(([, message]) => message)],
  );
  return id;
}

test("errors of one cause are one group, whatever numbers and ids they hold, and the list shows that group", async () => {
  const server = "The application answered with an error (500 Internal Server Error).";
  const late = "The application did not answer completely within 30 s.";
  const errors = [
    ["http_error", server],
    ["http_error", "The application answered with an error (503 Service Unavailable)."],
    ["http_error", server],
    ["timeout", `${late} 17 events came until then.`],
    ["timeout", `${late} 1,204 events came until then.`],
    ["stream_error", "The application reported: order 4711 of req_8f3a9c01 is gone."],
    ["stream_error", "The application reported: order 12 of 0b5cbf3e-9f6e-4c1a-8a52-0c1f9b2d7e11 is gone."],
    ["connection_failed", "Nothing accepts connections at http://10.0.0.7:8080."],
    ["connection_closed", "The application closed the connection: it broke down (code 1011)."],
    ["connection_closed", "The application closed the connection: it broke down (code 1006)."],
    ["http_error", server],
    ["mapping_failed", null],
  ] as const;
  const test_run_id = await runOfErrors(errors);
  const { by_error } = await api.test_result.summary({ test_run_id });
  expect(by_error.map(({ total, error_code, error_cause }) => [total, error_code, error_cause])).toEqual([
    [3, "http_error", server],
    [2, "stream_error", "The application reported: order … of … is gone."],
    [2, "timeout", `${late} … events came until then.`],
    [1, "connection_closed", "The application closed the connection: it broke down (code 1006)."],
    [1, "connection_closed", "The application closed the connection: it broke down (code 1011)."],
    [1, "connection_failed", "Nothing accepts connections at http://10.0.0.7:8080."],
    [1, "http_error", "The application answered with an error (503 Service Unavailable)."],
    [1, "mapping_failed", ""],
  ]);
  expect(errors.map(([, message]) => message)).toContain(by_error[1]?.example);
  for (const { error_code, error_cause, total } of by_error) {
    const filter = { error_code: error_code ?? undefined, error_cause };
    const page = await api.test_result.list({ test_run_id, ...filter });
    expect([page.items.length, page.total]).toEqual([total, total]);
    expect(new Set(page.items.map((item) => item.error_code))).toEqual(new Set([error_code]));
  }
  const [id, , third] = (await api.test_result.list({ test_run_id })).items.map((item) => item.id);
  const next = await api.test_result.get({ id: id ?? "", error_code: "http_error", error_cause: server });
  expect(next.next_id).toBe(third);
  expect((await api.test_result.list({ test_run_id, error_code: "http_error" })).total).toBe(4);
  expect((await api.test_result.list({ test_run_id, error_cause: server, verdict: "fail" })).total).toBe(0);
  const list = { test_run_id, error_code: "http_error", error_cause: server } as const;
  const stranger = callerFor(open().database, b.people.owner);
  expect(await codeOf(stranger.test_result.list(list))).toBe("NOT_FOUND");
  expect(await codeOf(api.test_result.list({ ...list, error_cause: "x".repeat(201) }))).toBe("BAD_REQUEST");
});
