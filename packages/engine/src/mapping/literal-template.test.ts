import fc from "fast-check";
import { expect, test } from "vitest";
import { renderTemplate } from "../template/render.ts";
import { literalTemplate } from "./literal-template.ts";

test.each(["plain", "{{ input }}", "{{{", "{{{%", "a {% if %}", "{# note #}\n", "{{\n", "}}{{", "{{ '{{' }}", "{", ""])(
  "%j stands for itself",
  (text) => {
    expect(renderTemplate(literalTemplate(text), { input: "x" })).toBe(text);
  },
);

test("any text stands for itself", () => {
  const brackets = fc.string({ unit: fc.constantFrom("{", "}", "%", "#", '"', "\\", "-", "\n", " ", "a", "é") });
  fc.assert(
    fc.property(brackets, (text) => {
      expect(renderTemplate(literalTemplate(text), { a: "x" })).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
