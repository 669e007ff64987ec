import { describe, expect, test } from "vitest";
import { newPathWork } from "./json-path-query.ts";
import { checkPath, findAll } from "./json-path.ts";
import type { Json } from "./target/schema.ts";
import { cpuTime } from "@rhesis/testkit/cpu-time";

const answer = { choices: [{ text: "a", "odd key": 1 }, { text: "b" }], ünï: "c", limit: 2, "": null };

describe("findAll", () => {
  test.each<[string, Json[]]>([
    ["$", [answer]],
    ["$.choices[0].text", ["a"]],
    ["$.choices[*].text", ["a", "b"]],
    ["$..text", ["a", "b"]],
    ["$.choices[-1].text", ["b"]],
    ["$['choices'][0]['odd key']", [1]],
    ["$.ünï", ["c"]],
    ["$['']", [null]],
    ["$.choices[?@.text == 'b'].text", ["b"]],
    ["$.choices[?search(@.text, '[ab]')].text", ["a", "b"]],
    ["$.choices[?match(@.text, 'a|c')].text", ["a"]],
    ["$.choices[?match(@.text, '(')].text", []],
    ["$.missing", []],
    ["$.__proto__", []],
    ["$.constructor", []],
    ["$.choices[9]", []],
  ])("%s", (path, found) => {
    expect(findAll(path, answer)).toEqual(found);
  });

  test("a dot in match() leaves out line breaks, as RFC 9485 says, but not inside a class", () => {
    expect(findAll("$[?match(@, 'a.c')]", ["abc", "a\nc", "a\rc"])).toEqual(["abc"]);
    expect(findAll("$[?match(@, 'a[.]c')]", ["abc", "a.c"])).toEqual(["a.c"]);
    expect(findAll(String.raw`$[?match(@, 'a\\.c')]`, ["abc", "a.c"])).toEqual(["a.c"]);
  });
});

test.each(["", "choices", "$.a[", "$[?@.a ==]", "$.a b", "$[?nothing(@)]", `$${".a".repeat(5000)}`])(
  "%s is not a path",
  (path) => {
    expect(checkPath(path)).toEqual(expect.any(String));
    expect(() => findAll(path, {})).toThrow(Error);
  },
);

test("a limit takes the first matches, however many there are", () => {
  const long = Array.from({ length: 200_000 }, (_, index) => index);
  expect(findAll("$[*]", long, 2)).toEqual([0, 1]);
  expect(findAll("$[0]", long, 1)).toEqual([0]);
});

test("paths that share their work stop together", () => {
  const document = Array.from({ length: 1000 }, () => ({ a: 1 }));
  const work = newPathWork();
  expect(() => {
    for (let round = 0; round < 10_000; round += 1) findAll("$..x", document, 1, work);
  }).toThrow(/too much of this document/);
});

test.each([
  ["$..a..b..c", /2 times at most/],
  ["$[?@.a == $..b]", /cannot be read/],
  ["$[?$..b]", /may not search the whole answer/],
  ["$[01]", /cannot be read/],
])("%s is refused when it is written", (path, reason) => {
  expect(checkPath(path)).toMatch(reason);
});

test.each(["$..a..b", "$[?@.a == $.b]", `$[?@.a${" && @.a".repeat(500)}]`, "$['a b'][0]"])(
  "%s is fine when it is written",
  (path) => expect(checkPath(path)).toBeNull(),
);

describe("paths made to hold a worker end soon", () => {
  const nested: Json = {};
  let inner: { [key: string]: Json } = nested;
  for (let depth = 0; depth < 90; depth += 1) {
    const next: { [key: string]: Json } = {};
    inner["x"] = Array.from({ length: 100 }, () => 0);
    inner["y"] = next;
    inner = next;
  }
  const long = Array.from({ length: 300_000 }, () => "a");
  let boxes: Json = 1;
  for (let depth = 0; depth < 25; depth += 1) boxes = [boxes];

  test.each<[string, string, Json]>([
    ["three descendants", "$..*..*..*", nested],
    ["descendants in filters", "$..[?@..[?@..x]]", nested],
    ["every match of a long list", "$[*]", long],
    ["a root query for each element", "$[?$[?@ == 'z']]", long],
    ["a large pattern for each element", "$[?search(@, '(a?){900}b')]", long],
    ["two descendants of a large document", "$..*..*", nested],
    ["selectors that double the work at each step", `$${"[*,*]".repeat(25)}.x`, boxes],
    ["a filter of hundreds of queries", `$[?${Array.from({ length: 600 }, () => "@==1").join("||")}]`, long],
  ])("%s", (_, path, document) => {
    const started = cpuTime();
    expect(() => findAll(path, document)).toThrow(Error);
    expect(cpuTime() - started).toBeLessThan(3000);
  });

  test("a backtracking bomb is matched in linear time", () => {
    const started = cpuTime();
    expect(findAll("$[?search(@, '(a+)+$')]", [`${"a".repeat(100_000)}!`])).toEqual([]);
    expect(cpuTime() - started).toBeLessThan(2000);
  });

  test("a document nested too deeply is said to be", () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 5000; depth += 1) deep = [deep];
    expect(() => findAll("$..x", deep)).toThrow(/nested too deeply/);
  });
});

test("the caches are bounded: a thousand different paths are fine", () => {
  for (let index = 0; index < 1000; index += 1)
    expect(findAll(`$.a${index}`, { [`a${index}`]: index })).toEqual([index]);
});
