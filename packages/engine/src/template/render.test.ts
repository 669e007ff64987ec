import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTemplate, renderTemplate, TemplateError } from "./render.ts";
import { cpuTime } from "@rhesis/testkit/cpu-time";

const long = "a".repeat(100_000);

const rendered: [template: string, variables: Record<string, unknown>, result: string][] = [
  ["plain text", {}, "plain text"],
  ["Hi {{ name }}!", { name: "Ada" }, "Hi Ada!"],
  ["{{ a.b }} {{ c[0] }}", { a: { b: 1 }, c: ["x"] }, "1 x"],
  ["{{ missing }}|{{ missing.deep.er }}|{{ missing | upper }}|{{ missing | length }}", {}, "|||"],
  ["{% for m in missing %}x{% else %}none{% endfor %}", {}, "none"],
  ["{% for m in missing if m %}x{% else %}none{% endfor %}", {}, "none"],
  ["{{ value | tojson }}", { value: { a: [1, 'q"', null] } }, '{"a": [1, "q\\"", null]}'],
  ["{{ missing | tojson }}", {}, "null"],
  ["{{ missing | default('d') }}", {}, "d"],
  ["{{ none_value }}", { none_value: null }, ""],
  ["{{ 007 or x }}{{ n }}", { n: "007" }, "7007"],
  ["{{ on }} {{ half }} {{ whole }}", { on: true, half: 2.5, whole: 3 }, "true 2.5 3"],
  ["{{ items | map(attribute='c') | join(', ') }}", { items: [{ c: "a" }, { c: "b" }] }, "a, b"],
  ["{{ items | selectattr('r', 'equalto', 'u') | map(attribute='c') | first }}", { items: [{ r: "u", c: "q" }] }, "q"],
  ["{% for i in range(3) %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", {}, "0,1,2"],
  ["{% for k, v in o.items() %}{{ k }}={{ v }};{% endfor %}", { o: { a: 1, b: 2 } }, "a=1;b=2;"],
  ["{% set n = namespace(t=0) %}{% for i in [1, 2, 3] %}{% set n.t = n.t + i %}{% endfor %}{{ n.t }}", {}, "6"],
  ["{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice('ab') }}", {}, "abab"],
  ["{{ when }}", { when: new Date(0) }, "1970-01-01T00:00:00.000Z"],
  ["{{ [] | first }}x", {}, "x"],
  ["{{ text.split(',') | join('-') }} {{ text.replace(',', ';') }}", { text: "a,b" }, "a-b a;b"],
  ["{{ f('x') }}", { f: (x: unknown) => [x, 1] }, '["x", 1]'],
  ["{{ x.constructor }}{{ x.__proto__ }}{{ x.toString }}{{ ''.constructor }}", { x: {} }, ""],
  ["{{ constructor }}{{ toString }}{{ __proto__ }}", {}, ""],
];

describe("renderTemplate", () => {
  it.each(rendered)("%s", (template, variables, result) => {
    expect(renderTemplate(template, variables)).toBe(result);
    expect(checkTemplate(template)).toBeNull();
  });

  it("gives every text back unchanged", () => {
    const unchanged = fc.property(
      fc.string({ unit: "binary" }),
      (text) => renderTemplate("{{ x }}", { x: text }) === text,
    );
    expect(fc.check(unchanged).failed).toBe(false);
  });

  it("writes any JSON so that it reads back the same", () => {
    // JSON has no negative zero to give back: JSON.stringify(-0) is "0".
    const same = fc.property(fc.jsonValue(), (value) =>
      isDeepStrictEqual(
        JSON.parse(renderTemplate("{{ x | tojson }}", { x: value })),
        JSON.parse(JSON.stringify(value)),
      ),
    );
    expect(fc.check(same).counterexample).toBeNull();
  });
});

const bombs: [name: string, template: string][] = [
  ["a huge range", "{% for x in range(10**9) %}a{% endfor %}"],
  ["a range with tiny steps", "{% for x in range(0, 1, 0.0000001) %}a{% endfor %}"],
  ["two nested loops", "{% for x in range(10000) %}{% for y in range(10000) %}{% endfor %}{% endfor %}"],
  [
    "three nested loops",
    "{% for x in range(9999) %}{% for y in range(9999) %}{% for z in range(9999) %}a{% endfor %}{% endfor %}{% endfor %}",
  ],
  [
    "a filtered loop",
    "{% for x in range(10000) if x > 0 %}{% for y in range(10000) if y > 0 %}{% endfor %}{% endfor %}",
  ],
  [
    "text doubled",
    "{% set n = namespace(s='aaaaaaaaaa') %}{% for x in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
  ],
  [
    "lists doubled",
    "{% set n = namespace(s=['a']) %}{% for x in range(99) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}",
  ],
  [
    "lists doubled and compared",
    "{% set n = namespace(s=['a']) %}{% for x in range(99) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s == 'a' }}",
  ],
  ["lists concatenated", "{% set n = namespace(s=[1]) %}{% for x in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}"],
  ["a namespace inside itself", "{% set n = namespace() %}{% set n.a = [n, n] %}{{ n }}"],
  ["replace of nothing", "{{ s.replace('', s) }}"],
  ["replace of everything", "{{ s | replace('a', s) }}"],
  ["replace by another name", "{% set f = s['replace'] %}{{ f('a', s) }}"],
  ["replace as a block", "{% filter replace('a', s) %}{{ s }}{% endfilter %}"],
  ["join with a long separator", "{{ range(10000) | join(s) }}"],
  ["join of characters", "{{ s | join(s) }}"],
  ["split many times", "{% for x in range(1000) %}{% set y = s.split('a') %}{% endfor %}"],
  ["a deep indent", "{{ [1] | tojson(indent=1000000000) }}"],
  ["a wide indent", "{{ 'a' | indent(1000000000) }}"],
  ["long separators", "{{ [1, 2] | tojson(separators=(s, s)) }}"],
  ["arguments by unpacking", "{{ 'a' | join(*[s]) }}"],
  ["endless recursion", "{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}"],
  [
    "branching recursion",
    "{% macro f(g, n) %}{% if n > 0 %}{{ g(g, n - 1) }}{{ g(g, n - 1) }}{% endif %}{% endmacro %}{{ f(f, 40) }}",
  ],
  ["search in long text, often", "{% for x in range(9000) %}{% if 'zz' in s %}{% endif %}{% endfor %}"],
  ["deep brackets", `{{ ${"[".repeat(20_000)}${"]".repeat(20_000)} }}`],
  ["a long chain", `{{ ${"a.".repeat(40_000)}b }}`],
  ["a template too long", `{{ x }}${long}`],
];

describe("bounds", () => {
  it.each(bombs)("%s ends in an error at once", (_name, template) => {
    const started = cpuTime();
    expect(() => renderTemplate(template, { s: long })).toThrow(TemplateError);
    expect(cpuTime() - started).toBeLessThan(2000);
  });

  it("leaves room for a long conversation", () => {
    const messages = Array.from({ length: 500 }, (_, index) => ({
      role: "user",
      content: `${index} ${"word ".repeat(200)}`,
    }));
    const template = "{% for m in messages %}{{ m.role }}: {{ m.content | trim }}\n{% endfor %}";
    expect(renderTemplate(template, { messages }).length).toBeGreaterThan(500_000);
  });

  it("reads a response as large as may be received", () => {
    expect(renderTemplate("{{ response.text | trim }}", { response: { text: "a".repeat(10_000_000) } })).toHaveLength(
      10_000_000,
    );
  });
});

describe("checkTemplate", () => {
  it.each(["{{ x", "{% if %}", "{% for x in y %}", "{{ x | }}", "{% endfor %}", "{{ 'open }}"])(
    "finds the problem in %s",
    (template) => {
      expect(checkTemplate(template)).toMatch(/^The template cannot be read/);
      expect(() => renderTemplate(template, {})).toThrow(TemplateError);
    },
  );

  it("says what went wrong while rendering", () => {
    expect(() => renderTemplate("{{ x | nope }}", { x: "a" })).toThrow(
      "The template could not be filled in: Unknown StringValue filter: nope",
    );
  });
});
