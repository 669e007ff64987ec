import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { longestSource } from "@rhesis/engine/mapping/schema";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import type { ProposeEndpoint } from "./schema.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let zoo: EndpointZoo;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

type Source = ProposeEndpoint["source"];
const as = (identity: Parameters<typeof callerFor>[1]) => callerFor(open().database, identity).endpoint;
const hello: Source = { type: "curl", command: 'curl https://bot.example/chat --json \'{"message":"Hi"}\'' };

describe("presets", () => {
  test("are denied to nobody and to tokens without the scope", async () => {
    expect(await codeOf(as(null).presets({}))).toBe("UNAUTHORIZED");
    expect(await codeOf(as(tokenOf(a.people.owner, [], null)).presets({}))).toBe("FORBIDDEN");
    expect(await problemsOf(member.endpoint.presets({ colour: "red" } as unknown as Record<string, never>))).toEqual([
      "colour",
    ]);
  });

  test("can be read by a viewer, and stored as they are", async () => {
    const { items } = await as(a.people.viewer).presets({});
    expect(items.map(({ name }) => name)).toContain("anthropic_messages");
    expect((await as(b.people.viewer).presets({})).items).toEqual(items);
    for (const { title, config } of items) {
      const { url, auth } = config;
      const made = await member.endpoint.create({ project_id: a.project_id, name: title, config });
      expect(made.config).toMatchObject({ url, auth });
    }
  });
});

describe("a proposal", () => {
  test("is denied to nobody, viewers and tokens without the scope", async () => {
    const { owner, viewer } = a.people;
    expect(await codeOf(as(null).propose({ source: hello }))).toBe("UNAUTHORIZED");
    expect(await codeOf(as(viewer).propose({ source: hello }))).toBe("FORBIDDEN");
    expect(await codeOf(as(tokenOf(owner, ["endpoint:read"], null)).propose({ source: hello }))).toBe("FORBIDDEN");
    expect(await codeOf(as(tokenOf(owner, ["endpoint:create"], a.project_id)).propose({ source: hello }))).toBe("done");
  });

  const refused: [string, object, string][] = [
    ["another kind", { type: "fax", command: "x" }, "source.type"],
    ["nothing", { type: "curl", command: "" }, "source.command"],
    ["an unknown key", { ...hello, colour: "red" }, "source.colour"],
    ["the text of another kind", { type: "openapi", command: "x" }, "source.document"],
    ["too long a command", { type: "curl", command: "x".repeat(longestSource.curl + 1) }, "source.command"],
    ["too long a document", { type: "openapi", document: "x".repeat(longestSource.openapi + 1) }, "source.document"],
    ["too long an answer", { type: "example", answer: "x".repeat(longestSource.example + 1) }, "source.answer"],
    ["what is no command", { type: "curl", command: "wget https://bot.example" }, "source.command"],
    ["what is no document", { type: "openapi", document: "hello" }, "source.document"],
    ["what is no answer", { type: "example", answer: '{"cut": ' }, "source.answer"],
  ];
  test.each(refused)("is refused for %s, at its place", async (_, source, place) => {
    expect(await problemsOf(member.endpoint.propose({ source: source as Source }))).toContain(place);
  });

  test("comes from a command, can be tried, stored and called", async () => {
    const command = `curl '${zoo.url}/chat' -H 'Authorization: Bearer from-the-command' -d '{"input":"Hi","conversation_id":null}'`;
    const before = zoo.connections();
    const { proposal } = await member.endpoint.propose({ source: { type: "curl", command } });
    expect(zoo.connections()).toBe(before);
    if (proposal.type !== "curl") throw new Error("a command makes a proposal of its kind");
    const { config, secret } = proposal;
    const drafted = { ...config, response_mapping: { output: "$.output" } };
    const tried = await member.endpoint.try({ config: drafted, secret: secret ?? "", input: "Am I covered?" });
    expect(tried.answer).toMatchObject({ output: "You said: Am I covered?" });
    expect(zoo.log("/chat").at(-1)?.headers["authorization"]).toBe("Bearer from-the-command");
    const name = "From a command";
    const { id } = await member.endpoint.create({
      project_id: a.project_id,
      name,
      config: drafted,
      secret: secret ?? "",
    });
    expect((await member.endpoint.invoke({ id, input: "Again" })).answer).toMatchObject({ output: "You said: Again" });
  });

  test("comes from a document, of the likeliest operation or the one that is named", async () => {
    const operation = (id: string) => ({ operationId: id, responses: { "200": { description: "ok" } } });
    const paths = { "/login": { post: operation("login") }, "/chat": { post: operation("chat") } };
    const document = JSON.stringify({ openapi: "3.1.0", info: { title: "Bot", version: "1" }, paths });
    const source: Source = { type: "openapi", document };
    expect((await member.endpoint.propose({ source })).proposal).toMatchObject({ operation: "POST /chat" });
    const named = await member.endpoint.propose({ source: { ...source, operation: "POST /login" } });
    expect(named.proposal).toMatchObject({ type: "openapi", operation: "POST /login" });
  });

  test("comes from an example answer", async () => {
    const source: Source = { type: "example", answer: '{"reply":"Yes.","sources":["§4"]}' };
    const { proposal } = await member.endpoint.propose({ source });
    expect(proposal).toMatchObject({
      type: "example",
      response_mapping: { output: "$.reply", context: "$.sources[*]" },
      places: { output: [{ path: "$.reply", sample: "Yes." }] },
    });
  });
});
