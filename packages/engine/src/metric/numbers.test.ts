import * as fc from "fast-check";
import { expect, test } from "vitest";
import { numbersIn } from "./numbers.ts";

test.each<[string, number[]]>([
  ["", []],
  ["no number", []],
  ["42", [42]],
  ["It costs €1,245.50 per year", [1245.5]],
  ["Es kostet 1.245,50 € im Jahr", [1245.5]],
  ["1 234 567", [1, 234, 567]],
  ["1\u00a0234\u00a0567,5", [1234567.5]],
  ["1\u202f234", [1234]],
  ["CHF 1'234.50", [1234.5]],
  ["CHF 1’234’567", [1234567]],
  ["1,234", [1234]],
  ["1,5", [1.5]],
  ["0,125", [0.125]],
  ["1.234", [1.234]],
  ["1.234.567", [1234567]],
  ["12,34,567.89", [1234567.89]],
  ["1, 2, 3", [1, 2, 3]],
  ["1,2,3", [1, 2, 3]],
  ["-5", [-5]],
  ["−5 °C", [-5]],
  ["a loss of -$5.20", [-5.2]],
  ["a loss of $-5.20", [-5.2]],
  ["2024-01-15", [2024, 1, 15]],
  ["15.01.2024", [15, 1, 2024]],
  ["10-20 days", [10, 20]],
  ["12%", [12]],
  ["1e3 and 2.5E-2", [1000, 0.025]],
  ["5eggs", [5]],
  ["1e400", []],
  ["v1.2.3", [1, 2, 3]],
  ["The end. 7.", [7]],
  ["9007199254740993", [9007199254740992]],
])("numbers in %j", (text, numbers) => {
  expect(numbersIn(text)).toEqual(numbers);
});

test("a number written in English, German or plain form is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 1, max: 9 }), (whole, tenth) => {
      const value = Number(`${whole}.${tenth}`);
      expect(numbersIn(`${whole}.${tenth}`)).toEqual([value]);
      for (const locale of ["en", "de"]) expect(numbersIn(`is ${value.toLocaleString(locale)} now`)).toEqual([value]);
    }),
  );
});
