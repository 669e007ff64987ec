import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startIssuer, type TestIssuer } from "@rhesis/testkit/issuer";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

let login: TestIssuer;
let verify: TokenVerifier;
let clock: number;

beforeEach(async () => {
  login = await startIssuer();
  clock = Date.now();
  verify = createTokenVerifier({ ...login, timeout_ms: 200, now: () => clock });
});
afterEach(async () => {
  vi.useRealTimers();
  await login.close();
});

/** Lets time pass for everybody: the verifier, its memory of keys, and who signs. */
function pass(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  clock = Date.now();
}

const problemWith = async (token: string): Promise<string> => {
  const outcome = await verify(token);
  return "problem" in outcome ? outcome.problem : "accepted";
};

test("a good token tells who it is", async () => {
  const token = await login.sign({ sub: "auth0|1", email: "ada@a.example", email_verified: true, name: "Ada" });
  await expect(verify(token)).resolves.toEqual({
    claims: {
      issuer: login.issuer,
      subject: "auth0|1",
      email: "ada@a.example",
      email_verified: true,
      name: "Ada",
      picture: null,
    },
  });
});

test("either pinned algorithm is accepted, and a forged signature in neither", async () => {
  for (const algorithm of ["RS256", "ES256"] as const) {
    await login.rotate(algorithm);
    verify = createTokenVerifier({ ...login, now: () => clock });
    const token = await login.sign({ sub: algorithm });
    expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())).toMatchObject({
      alg: algorithm,
    });
    await expect(verify(token)).resolves.toMatchObject({ claims: { subject: algorithm } });
    await expect(problemWith(await login.sign({}, { forged: true }))).resolves.toMatch(/signature/);
  }
});

test("claims may stand under our namespace, and are trusted for their type only", async () => {
  const namespaced = {
    "https://rhesis.ai/email": "ada@a.example",
    "https://rhesis.ai/email_verified": "true",
    name: 7,
  };
  await expect(verify(await login.sign(namespaced))).resolves.toMatchObject({
    claims: { email: "ada@a.example", email_verified: false, name: null },
  });
});

describe("is refused with a sentence that says why", () => {
  test("expired", async () => {
    await expect(problemWith(await login.sign({}, { expires_in: -31 }))).resolves.toMatch(/has expired/);
  });
  test("wrong audience", async () => {
    await expect(problemWith(await login.sign({ aud: "spa-client" }))).resolves.toMatch(/another application/);
  });
  test("wrong issuer, be it by a slash", async () => {
    await expect(problemWith(await login.sign({ iss: login.issuer.slice(0, -1) }))).resolves.toMatch(/another login/);
  });
  test("an algorithm that is not pinned: shared secret and none", async () => {
    const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.e30.`;
    await expect(problemWith(await login.sign({}, { alg: "HS256" }))).resolves.toMatch(/not accepted/);
    await expect(problemWith(none)).resolves.toMatch(/not accepted/);
  });
  test("tampered", async () => {
    const [header, , signature] = (await login.sign()).split(".");
    const other = (await login.sign({ sub: "auth0|victim" })).split(".")[1];
    await expect(problemWith(`${header}.${other}.${signature}`)).resolves.toMatch(/signature/);
    await expect(problemWith(await login.sign({}, { forged: true }))).resolves.toMatch(/signature/);
  });
  test("a key that is not published", async () => {
    await expect(problemWith(await login.sign({}, { kid: "elsewhere" }))).resolves.toMatch(/does not publish/);
  });
  test.each(["exp", "iat", "sub"])("without %s", async (claim) => {
    await expect(problemWith(await login.sign({ [claim]: undefined }))).resolves.toMatch(/lacks what is needed/);
  });
  test("not valid yet", async () => {
    const nbf = Math.floor(Date.now() / 1000) + 120;
    await expect(problemWith(await login.sign({ nbf }))).resolves.toMatch(/not valid yet/);
  });
  test("another thing that the provider signs", async () => {
    await expect(problemWith(await login.sign({}, { typ: "logout+jwt" }))).resolves.toMatch(/not a valid access token/);
  });
  test.each(["", "x", "a.b.c", "....", "ey".repeat(20_000)])("garbage %#", async (token) => {
    await expect(problemWith(token)).resolves.toMatch(/not a valid access token/);
  });
});

describe("the login provider is away", () => {
  test.each(["hang", "fail"] as const)("from the start (%s): said so, not as a bad token", async (how) => {
    login.behave(how);
    await expect(problemWith(await login.sign())).resolves.toMatch(/cannot be reached/);
  });

  test("not there at all", async () => {
    const token = await login.sign();
    await login.close();
    await expect(problemWith(token)).resolves.toMatch(/cannot be reached/);
  });

  test("it is not asked again at once, and believed when it is back", async () => {
    login.behave("fail");
    const token = await login.sign();
    for (let call = 0; call < 5; call += 1) await problemWith(token);
    expect(login.fetches.jwks).toBe(1);
    login.behave("answer");
    clock += 2_000;
    await expect(problemWith(token)).resolves.toBe("accepted");
  });

  test("known tokens and known keys still serve", async () => {
    const token = await login.sign();
    await verify(token);
    login.behave("fail");
    await expect(problemWith(token)).resolves.toBe("accepted");
    await expect(problemWith(await login.sign({ sub: "another" }))).resolves.toBe("accepted");
  });

  test("known keys serve an hour, also when they would be fetched anew, and no longer", async () => {
    await verify(await login.sign());
    login.behave("fail");
    pass(59 * 60_000);
    await expect(problemWith(await login.sign({ sub: "in time" }))).resolves.toBe("accepted");
    expect(login.fetches.jwks).toBe(2);
    pass(2 * 60_000);
    await expect(problemWith(await login.sign({ sub: "too late" }))).resolves.toMatch(/cannot be reached/);
    login.behave("answer");
    pass(2_000);
    await expect(problemWith(await login.sign({ sub: "back" }))).resolves.toBe("accepted");
  });
});

test("a new key of the provider is fetched, and what the old one signed ends within a minute", async () => {
  const [before, unseen] = [await login.sign({ sub: "before" }), await login.sign({ sub: "unseen" })];
  await verify(before);
  await login.rotate("ES256");
  // Fetching is not repeated within 30 seconds, so that made-up keys make no storm.
  pass(31_000);
  await expect(problemWith(await login.sign({ sub: "after" }))).resolves.toBe("accepted");
  expect(login.fetches.jwks).toBe(2);
  await expect(problemWith(unseen)).resolves.toMatch(/does not publish/);
  await expect(problemWith(before)).resolves.toBe("accepted");
  pass(30_000);
  await expect(problemWith(before)).resolves.toMatch(/does not publish/);
  await expect(problemWith(await login.sign({ sub: "later" }))).resolves.toBe("accepted");
});

test("30 seconds of a wrong clock are forgiven", async () => {
  await expect(problemWith(await login.sign({}, { expires_in: -20 }))).resolves.toBe("accepted");
});

test("a known token costs no look at keys, and ends with its own expiry", async () => {
  const token = await login.sign({}, { expires_in: 10 });
  await verify(token);
  clock += 9_000;
  await expect(problemWith(token)).resolves.toBe("accepted");
  clock += 32_000;
  await expect(problemWith(token)).resolves.toMatch(/has expired/);
  expect(login.fetches.jwks).toBe(1);
});

test("unknown keys do not make a storm of fetches", async () => {
  await verify(await login.sign());
  const strange = await Promise.all(Array.from({ length: 20 }, (_, n) => login.sign({}, { kid: `k${n}` })));
  for (const token of strange) await verify(token);
  expect(login.fetches.jwks).toBeLessThanOrEqual(2);
});
