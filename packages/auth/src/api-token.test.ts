import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createApiToken, parseApiToken } from "./api-token.ts";

test("a token is 52 characters, never the same, and known by its hash", () => {
  const made = Array.from({ length: 500 }, () => createApiToken());
  expect(new Set(made.map(({ token }) => token)).size).toBe(500);
  for (const { token, token_hash, hint } of made) {
    expect(token).toMatch(/^rh-[\w-]{49}$/);
    expect(token.startsWith(hint)).toBe(true);
    expect(token_hash).toEqual(createHash("sha256").update(token).digest());
    expect(parseApiToken(token)).toEqual(token_hash);
  }
});

test("a typing error is seen without asking the database", () => {
  const { token } = createApiToken();
  for (let at = 0; at < token.length; at += 1) {
    const altered = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    expect([altered, parseApiToken(altered)]).toEqual([altered, null]);
  }
  for (const wrong of ["", "rh-", `${token}x`, token.slice(1), ` ${token}`, token.toUpperCase(), `${token}\n`]) {
    expect([wrong, parseApiToken(wrong)]).toEqual([wrong, null]);
  }
});
