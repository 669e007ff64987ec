import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSecretBox, parseSecretKeys, SealedSecretError, type SecretPlace } from "./sealed-secret.ts";

const place: SecretPlace = { organization_id: "o1", table: "endpoint", column: "secret", row_id: "r1" };
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const box = createSecretBox({ current: "k2", keys: { k1: oldKey, k2: newKey } });
const oldBox = createSecretBox({ current: "k1", keys: { k1: oldKey } });

test.each(["", "token", "ünï \u{1f600}", "a\u0000b", "line\nbreak", ".", "v1.k2.x.y", "x".repeat(1_000_000)])(
  "%#: what was sealed opens in its place",
  (plain) => {
    const sealed = box.seal(plain, place);
    expect(sealed).toMatch(/^v1\.k2\.[\w-]{16}\.[\w-]+$/);
    expect(box.open(sealed, place)).toBe(plain);
  },
);

test("text that UTF-8 cannot carry is refused, not altered in silence", () => {
  expect(() => box.seal("lone \ud800 surrogate", place)).toThrow(SealedSecretError);
});

test("the same secret never looks the same twice, and does not show", () => {
  const many = Array.from({ length: 1000 }, () => box.seal("canary-secret", place));
  expect(new Set(many).size).toBe(1000);
  expect(many.join("")).not.toContain("canary");
  expect(Buffer.from(many[0] ?? "", "base64url").toString("latin1")).not.toContain("canary");
});

describe("does not open", () => {
  const sealed = box.seal("canary-secret", place);
  test.each(Object.keys(place))("with another %s", (field) => {
    expect(() => box.open(sealed, { ...place, [field]: "other" })).toThrow(SealedSecretError);
  });

  test("where two places would join to the same text", () => {
    const tricky = box.seal("x", { ...place, table: 'a","b', column: "c" });
    expect(() => box.open(tricky, { ...place, table: "a", column: 'b","c' })).toThrow(SealedSecretError);
  });

  test("with any one character changed, left out or added", () => {
    for (let index = 0; index < sealed.length; index += 1) {
      const character = sealed[index] === "A" ? "B" : "A";
      const [before, after] = [sealed.slice(0, index), sealed.slice(index + 1)];
      for (const altered of [before + character + after, before + after, `${before}=${sealed.slice(index)}`])
        expect(() => box.open(altered, place)).toThrow(SealedSecretError);
    }
  });

  test("with the id of another key", () => {
    expect(() => box.open(sealed.replace(".k2.", ".k1."), place)).toThrow(SealedSecretError);
  });

  test.each(["", "v1", "v1...", "v2.k2.AAAA.AAAA", "plain text", `${sealed}.x`, `v1.k2.${"A".repeat(16)}.AAAA`])(
    "in the form %j",
    (text) => expect(() => box.open(text, place)).toThrow(/unknown format/),
  );

  test("without its key, which is named", () => {
    expect(() => oldBox.open(sealed, place)).toThrow('The key "k2" that a secret was sealed with is not configured');
    const proto = sealed.replace(".k2.", ".constructor.");
    expect(() => box.open(proto, place)).toThrow(/not configured/);
  });

  test("and the error tells nothing of the secret", () => {
    for (const wrong of [sealed.slice(0, -2), sealed.replace("k2", "k1")]) {
      const thrown = messageOf(() => box.open(wrong, place));
      expect(thrown).not.toContain(sealed.split(".")[3]);
      expect(thrown).not.toContain("canary");
    }
  });
});

test("after rotation old secrets open, are told apart, and are sealed anew with the current key", () => {
  const old = oldBox.seal("token", place);
  expect(oldBox.needsRotation(old)).toBe(false);
  expect(box.needsRotation(old)).toBe(true);
  const renewed = box.seal(box.open(old, place), place);
  expect(box.needsRotation(renewed)).toBe(false);
  expect(box.open(renewed, place)).toBe("token");
  expect(box.needsRotation("not sealed at all")).toBe(true);
});

test("a box needs its current key, of the right length", () => {
  expect(() => createSecretBox({ current: "x", keys: { k1: oldKey } })).toThrow(SealedSecretError);
  expect(() => createSecretBox({ current: "k1", keys: { k1: randomBytes(16) } })).toThrow(/not 32 bytes/);
  expect(() => createSecretBox({ current: "a.b", keys: { "a.b": oldKey } })).toThrow(/name/);
});

describe("parseSecretKeys", () => {
  test("reads several, the first is current", () => {
    const parsed = parseSecretKeys(` k2:${newKey.toString("base64")} , k1:${oldKey.toString("base64url")}`);
    expect(parsed.current).toBe("k2");
    expect(parsed.keys["k1"]).toEqual(oldKey);
    expect(createSecretBox(parsed).open(oldBox.seal("s", place), place)).toBe("s");
  });

  const secret = randomBytes(31).toString("base64");
  test.each([
    ["", /Secret key 1/],
    [secret, /Secret key 1 must start with a name/],
    [`k1:${secret}`, /Secret key 1 must be 32 bytes/],
    [`k1:${oldKey.toString("base64")},k2:${secret}`, /Secret key 2 must be 32 bytes/],
    [`k1:${oldKey.toString("base64")},k1:${newKey.toString("base64")}`, /same name/],
    [`k1:${oldKey.toString("base64")}!`, /32 bytes in base64/],
    [`${oldKey.toString("base64")}:k1`, /name/],
  ])("refuses %# without telling a key", (text, message) => {
    expect(() => parseSecretKeys(text)).toThrow(message);
    const told = messageOf(() => parseSecretKeys(text));
    for (const material of [secret, oldKey.toString("base64"), newKey.toString("base64")])
      expect(told).not.toContain(material.slice(0, 8));
  });
});

function messageOf(action: () => unknown): string {
  try {
    return String(action());
  } catch (error) {
    return String(error);
  }
}
