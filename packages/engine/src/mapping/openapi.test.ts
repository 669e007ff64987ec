import { readFileSync } from "node:fs";
import { cpuTime } from "@rhesis/testkit/cpu-time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig } from "../target/check-config.ts";
import { targetConfig, type Json, type TargetConfig } from "../target/schema.ts";
import { visibleSecrets } from "../target/visible-secret.ts";
import { longestYaml } from "./openapi-document.ts";
import { proposeFromOpenApi } from "./openapi.ts";
import { ProposalError } from "./proposal-error.ts";
import { longestSource, type OpenApiProposal } from "./schema.ts";

type Case = {
  name: string;
  /** YAML line by line, or the document itself. */
  document: string[] | { [key: string]: Json };
  operation?: string;
  proposal?: Omit<OpenApiProposal, "type" | "config"> & { config: Partial<TargetConfig> & { url: string } };
  refused?: string;
};

const file = new URL("./corpus/openapi.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];
const textOf = ({ document }: Case) => (Array.isArray(document) ? document.join("\n") : JSON.stringify(document));

describe("an OpenAPI document", () => {
  it.each(cases.map((one): [string, Case] => [one.name, one]))("%s", (_, one) => {
    const { operation, proposal, refused } = one;
    if (proposal === undefined) {
      expect(() => proposeFromOpenApi(textOf(one), operation)).toThrow(new ProposalError(refused));
      return;
    }
    const expected = { type: "openapi", ...proposal, config: targetConfig.parse(proposal.config) };
    expect(proposeFromOpenApi(textOf(one), operation)).toEqual(expected);
  });

  it("says that its YAML is too long", () => {
    expect(() => proposeFromOpenApi(`openapi: 3.1.0\n${"#".repeat(longestYaml)}`)).toThrow(
      "Paste the document as JSON",
    );
  });
});

/** What holds of every proposal, whatever was pasted. */
function expectUsable(source: string, operation?: string): void {
  let proposal;
  try {
    proposal = proposeFromOpenApi(source, operation);
  } catch (error) {
    expect(error).toBeInstanceOf(ProposalError);
    return;
  }
  const { config, notes } = proposal;
  expect(targetConfig.parse(config)).toEqual(config);
  expect(checkConfig(config)).toEqual([]);
  expect(visibleSecrets(config)).toEqual([]);
  expect(notes.every((note) => note.length > 0 && note.length < 2000)).toBe(true);
}

type Group = { [key: string]: Json };

/** The places in a document, each as the group or list it is in and its key. */
function placesIn(value: Json, found: [Group, string][] = []): [Group, string][] {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push([value as Group, key]);
    placesIn(inner, found);
  }
  return found;
}

const documents = cases.flatMap(({ document, proposal }) =>
  Array.isArray(document) || proposal === undefined ? [] : [document],
);

describe("whatever is pasted", () => {
  const scrap = fc.oneof(
    fc.constantFrom<Json>(
      null,
      1,
      "#/paths",
      "http://[::1",
      "/x?y#z",
      { $ref: "#/components/schemas/A" },
      { $ref: "#/" },
      { $ref: "#/paths/~1chat/post" },
      { allOf: [{ $ref: "#/components/schemas/A" }] },
      { type: "object", properties: { __proto__: null, constructor: { type: "string" }, message: {} } },
      { in: "query", name: "key", required: true },
      { in: "header", name: "a b\r\n", required: true, schema: { enum: ["x\r\ny"] } },
      [{ url: "https://u:p@h.example/{a}", variables: { a: { default: "{a}{a}" } } }],
      "x".repeat(3000),
    ),
    fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as Json),
  );

  it("is a usable proposal or refused with a word, however a document is spoiled", () => {
    const spoiling = fc.array(fc.tuple(fc.nat(), scrap), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...documents), spoiling, (document, changes) => {
        const copy = structuredClone(document);
        for (const [nth, value] of changes) {
          const places = placesIn(copy);
          const [owner, key] = places[nth % places.length] ?? [copy, "paths"];
          owner[key] = structuredClone(value);
        }
        for (const operation of [undefined, "GET /ask", "POST /v1/chat/completions"])
          expectUsable(JSON.stringify(copy), operation);
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused with a word where it is no document", () => {
    const yaml = fc.string({ unit: fc.constantFrom(..."ab:-?&*![]{}|>#'\"\n \t,%@".split("")), maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(yaml, fc.string()), (text) => {
        expectUsable(text);
        expectUsable(`openapi: 3.1.0\npaths:\n  /a:\n    post: ${text}`);
      }),
      { numRuns: 1000 },
    );
  });

  const long = longestSource.openapi - 1000;
  const about = (paths: string, rest = "") => `{"openapi":"3.1.0","paths":{${paths}}${rest}}`;
  const post = (schema: string) => `{"post":{"requestBody":{"content":{"application/json":{"schema":${schema}}}}}}`;
  const times = (count: number, make: (nr: number) => string) =>
    Array.from({ length: count }, (_, nr) => make(nr)).join(",");
  const twice = (nr: number) =>
    `"s${nr}":{"allOf":[{"$ref":"#/components/schemas/s${nr + 1}"},{"$ref":"#/components/schemas/s${nr + 1}"}]}`;
  const schemas = (all: string) => `,"components":{"schemas":{${all}}}`;
  it.each([
    ["depth", "[".repeat(long)],
    ["depth of JSON", about(`"/a":${"[".repeat(long / 2 - 100)}${"]".repeat(long / 2 - 100)}`)],
    ["many paths", about(times(long / 115, (nr) => `"/a${nr}":${post('{"properties":{"message":{}}}')}`))],
    [
      "many paths of one large schema",
      about(
        times(2000, (nr) => `"/a${nr}":${post('{"$ref":"#/components/schemas/s"}')}`),
        schemas(`"s":{"properties":{${times(30_000, (nr) => `"p${nr}":{}`)}}}`),
      ),
    ],
    ["schemas that double", about(`"/a":${post('{"$ref":"#/components/schemas/s0"}')}`, schemas(times(2000, twice)))],
    [
      "schemas that double for each path",
      about(
        times(1000, (nr) => `"/a${nr}":${post('{"$ref":"#/components/schemas/s0"}')}`),
        schemas(times(60, twice)),
      ),
    ],
    ["a large example", about(`"/a":${post(`{"example":[${"1,".repeat(long / 2 - 200)}1]}`)}`)],
    ["a large choice", about(`"/a":${post(`{"oneOf":[${"{},".repeat(long / 3 - 200)}{}]}`)}`)],
    ["a long path", about(`"/${"{a}/".repeat(long / 4 - 100)}":${post("{}")}`)],
    ["a long text", about(`"/a":{"post":{"summary":"${"aB ".repeat(long / 3 - 100)}"}}`)],
    [
      "many parameters",
      about(`"/a":{"get":{"parameters":[${'{"in":"query","name":"q","required":true},'.repeat(long / 45)}1]}}`),
    ],
    [
      "many variables",
      about(
        '"/a":{"get":{}}',
        `,"servers":[{"url":"${"{a}".repeat(1000)}","variables":{"a":{"default":"${"{a}".repeat(long / 4)}"}}}]`,
      ),
    ],
    ["YAML", `openapi: 3.1.0\npaths:\n${"  - - - - a\n".repeat(longestYaml / 12 - 10)}`],
    ["YAML of aliases", `openapi: &a 3.1.0\nx: [${"*a,".repeat(longestYaml / 3 - 20)}]\npaths: {}`],
    [
      "YAML that doubles",
      `openapi: 3.1.0\na0: &a0 [x]\n${Array.from({ length: 200 }, (_, nr) => `a${nr + 1}: &a${nr + 1} [*a${nr},*a${nr}]`).join("\n")}\npaths: {/a: {post: {requestBody: {content: {application/json: {example: *a200}}}}}}`,
    ],
    [
      "YAML in itself",
      "openapi: 3.1.0\npaths: &p {/a: {post: &o {requestBody: {content: {application/json: {example: *p, schema: *o}}}}}}",
    ],
    ["question marks", "? ".repeat(longestYaml / 2)],
    ["quotes", `"${"\\x41".repeat(longestYaml / 4 - 10)}`],
  ])("is read in time: %s", (_, source) => {
    expect(source.length).toBeLessThanOrEqual(longestSource.openapi);
    const before = cpuTime();
    expectUsable(source);
    expect(cpuTime() - before).toBeLessThan(1500);
  });
});
