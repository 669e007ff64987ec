import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createRhesisClient, isRhesisError, type RhesisClient } from "./client.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let token: string;
let client: RhesisClient;

beforeAll(async () => {
  a = (await createTenants(open().database)).a;
  api = await startTestApi(open());
  ({ token } = await api.person(a.id));
  client = createRhesisClient({ url: api.url, token });
});
afterAll(() => api.close());

test("writes and reads, dates are dates", async () => {
  const made = await client.requirement.create.mutate({ name: "Stays on topic" });
  expect(made.created_at).toBeInstanceOf(Date);
  const read = await client.requirement.get.query({ id: made.id });
  expect(read).toMatchObject(made);
});

test("calls of one tick travel together, twenty at most, each with its own fate", async () => {
  const id = "00000000-0000-4000-8000-000000000000";
  const calls = Array.from({ length: 45 }, (_, n) =>
    n % 9 === 0 ? client.requirement.get.query({ id }) : client.requirement.list.query({ limit: 1 }),
  );
  const before = api.log.length;
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(5);
  await expect.poll(() => api.log.length - before).toBe(3);
});

test("an error tells its code, its problems and the request", async () => {
  const failure: unknown = await client.requirement.create.mutate({ name: "" }).catch((error: unknown) => error);
  if (!isRhesisError(failure)) throw new Error("not an error of the API");
  expect(failure.message).toBe("The input is not valid.");
  expect(failure.data).toMatchObject({
    code: "BAD_REQUEST",
    httpStatus: 400,
    error: { code: "invalid", problems: [{ path: ["name"], message: "Give it a name" }] },
  });
  expect(failure.data?.error.request_id).toMatch(/^[0-9a-f-]{36}$/);
});

test("a long call may travel alone, and a token may be asked for each time", async () => {
  let asked = 0;
  const getToken = () => {
    asked += 1;
    return token;
  };
  const own = createRhesisClient({ url: `${api.url}/`, getToken, organization_id: a.id });
  await own.requirement.list.query({}, { context: { alone: true } });
  await own.requirement.list.query({});
  expect(asked).toBe(2);
});
test("without a sign-in: 401 as an error with its code", async () => {
  const nobody = createRhesisClient({ url: api.url });
  await expect(nobody.requirement.list.query({})).rejects.toMatchObject({
    data: { code: "UNAUTHORIZED", httpStatus: 401 },
  });
});
