import { validate } from "@apidevtools/swagger-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { transportOf } from "@rhesis/router/error-map";
import { appRouter } from "@rhesis/router/root";
import { errorCodes } from "@rhesis/telemetry/app-error";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { operationsOf } from "./operations.ts";

type Described = {
  operationId: string;
  security?: unknown[];
  parameters?: { name?: string; in?: string; $ref?: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: { properties?: object } }> };
  responses: Record<string, { headers?: object; content?: Record<string, unknown> }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: Record<string, object>;
};

const open = useTestDatabase();
let api: TestApi;
let document: Document;

beforeAll(async () => {
  api = await startTestApi(open());
  document = (await (await fetch(`${api.url}/api/v1/openapi.json`)).json()) as Document;
});
afterAll(() => api.close());

test("is valid OpenAPI 3.1", async () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  await expect(validate(structuredClone(document) as never)).resolves.toBeDefined();
});

test("has the router's operations, all of them and no others", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`),
  );
  const served = operationsOf(appRouter).map(
    ({ method, path, name }) => `${method} ${path} ${name.replaceAll(".", "_")}`,
  );
  expect(described.toSorted()).toEqual(served.toSorted());
});

test("names the parameters that the server reads, and only those", () => {
  for (const operation of operationsOf(appRouter)) {
    const described = document.paths[operation.path]?.[operation.method.toLowerCase()];
    const named = (described?.parameters ?? []).filter(
      (parameter) => parameter.in === "path" || parameter.in === "query",
    );
    const names = named.map(({ name = "" }) => name);
    expect([operation.name, names.toSorted()]).toEqual([operation.name, [...operation.strings.keys()].toSorted()]);
    const fields = Object.keys(described?.requestBody?.content["application/json"]?.schema.properties ?? {});
    expect(fields.filter((field) => operation.path_names.includes(field))).toEqual([]);
  }
});

test("describes success with its status, and every failure as a problem", () => {
  for (const operation of operationsOf(appRouter)) {
    const described = document.paths[operation.path]?.[operation.method.toLowerCase()];
    if (described === undefined) throw new Error(`${operation.name} is not described`);
    const { responses, security } = described;
    expect(Object.keys(responses)[0]).toBe(String(operation.success));
    const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    for (const [status, response] of failures) {
      expect(response).toEqual({ $ref: `#/components/responses/Problem${status}` });
    }
    expect(security).toEqual(operation.is_public ? [] : [{ bearer: [] }]);
  }
  const text = JSON.stringify(document);
  expect(text).not.toContain("error.BAD_REQUEST");
  expect(text).not.toContain("Authorization not provided");
});

test("names every code that a failure can have", () => {
  const problem = (document.components["schemas"] as Record<string, { properties: Record<string, object> }>)["Problem"];
  expect(problem?.properties["code"]).toMatchObject({ type: "string", enum: errorCodes });
  const statuses = Object.keys(document.components["responses"] ?? {}).map((name) =>
    Number(name.replace("Problem", "")),
  );
  const told = errorCodes.map((code) => transportOf[code].http).filter((status) => status !== 405);
  expect(statuses.toSorted((a, b) => a - b)).toEqual(told.toSorted((a, b) => a - b));
});

test("times are date-time, things have names of their own", () => {
  const { schemas = {} } = document.components as {
    schemas?: Record<string, { properties?: Record<string, unknown> }>;
  };
  const requirement = schemas["Requirement"] ?? schemas["RequirementOutput"];
  expect(requirement?.properties?.["created_at"]).toMatchObject({ type: "string", format: "date-time" });
});
