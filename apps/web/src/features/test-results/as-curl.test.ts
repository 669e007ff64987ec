import { expect, test } from "vitest";
import { asCurl } from "./as-curl.ts";

const request = {
  method: "POST",
  url: "https://bot.example/chat?a=1&b=2",
  headers: { "content-type": "application/json", authorization: "Bearer [redacted]", "content-length": "12" },
  body: `{"input":"It's $HOME and \`date\`\nnext"}`,
};

test("every word is quoted for a shell, and what curl sets itself is left out", () => {
  expect(asCurl(request)).toBe(
    [
      String.raw`curl -X 'POST' 'https://bot.example/chat?a=1&b=2' \ `.trimEnd(),
      String.raw`  -H 'content-type: application/json' \ `.trimEnd(),
      String.raw`  -H 'authorization: Bearer [redacted]' \ `.trimEnd(),
      `  --data-raw '{"input":"It'\\''s $HOME and \`date\`\nnext"}'`,
    ].join("\n"),
  );
});

test("a request without a body has none", () => {
  expect(asCurl({ ...request, method: "GET", body: null })).not.toContain("--data-raw");
});

test("brackets and braces of an address are sent as they are", () => {
  expect(asCurl({ ...request, url: "https://bot.example/?a[0]={b}" })).toMatch(/^curl --globoff -X 'POST' 'https/);
});
