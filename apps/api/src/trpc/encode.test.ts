import * as fc from "fast-check";
import { deserialize, serialize } from "superjson";
import { expect, test } from "vitest";
import { decode, encode } from "./encode.ts";

const read = (text: string): unknown => deserialize(JSON.parse(text) as never);

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.date(),
  fc.bigInt(),
);
// What superjson refuses to carry, and so do we.
const forbidden = ["__proto__", "constructor", "prototype"];
const key = fc.oneof(
  fc.string().filter((text) => !forbidden.includes(text)),
  fc.constantFrom("created_at", "a.b", "a\\b", "", "0", "json", "meta", "toJSON"),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    fc.uniqueArray(fc.string()).map((items) => new Set(items)),
  ),
}));

test("reads back as what superjson itself would have sent", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const usual = deserialize(JSON.parse(JSON.stringify(serialize(value))) as never);
      expect(read(encode(value))).toEqual(usual);
    }),
    { numRuns: 2000 },
  );
});

test("writes ordinary pages exactly as superjson does", () => {
  const at = new Date(0);
  const page = {
    items: [
      { id: "1", created_at: at, name: "ä", tags: ["x"], deleted_at: null },
      { id: "2", created_at: new Date(1), nested: { at: new Date(2) } },
    ],
    next_cursor: null,
    total: 2,
  };
  for (const value of [page, { a: 1 }, at, [at, 1], "text", null, {}, [], undefined]) {
    expect(JSON.parse(encode(value))).toEqual(JSON.parse(JSON.stringify(serialize(value))));
  }
});

test("decodes what clients send and refuses what is no superjson", () => {
  const sent = { from: new Date(0), n: 1 };
  expect(decode(JSON.parse(JSON.stringify(serialize(sent))))).toEqual(sent);
  expect(decode({ json: { n: 1 } })).toEqual({ n: 1 });
  expect(decode(undefined)).toBeUndefined();
  for (const wrong of [null, 7, "x", [], {}, { meta: {} }]) expect(() => decode(wrong)).toThrow(TypeError);
  const pollution = { json: { a: 1 }, meta: { values: { "__proto__.polluted": ["Date"] } } };
  expect(() => decode(pollution)).toThrow(/__proto__/);
});
