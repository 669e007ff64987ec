import { expect, test } from "vitest";
import { pathOf, pathOfAll } from "./json-path.ts";

test("names places the way RFC 9535 writes them", () => {
  expect(pathOf([])).toBe("$");
  expect(pathOf(["choices", 0, "message", "content"])).toBe("$.choices[0].message.content");
  expect(pathOf(["content type", "it's", "a\\b"])).toBe("$['content type']['it\\'s']['a\\\\b']");
});

test("takes every entry of the innermost list", () => {
  expect(pathOfAll(["results", 2, "sources", 0, "text"])).toBe("$.results[2].sources[*].text");
  expect(pathOfAll(["reply"])).toBe("$.reply");
});
