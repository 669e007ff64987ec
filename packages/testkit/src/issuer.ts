/** A login provider for tests: publishes its keys over HTTP and signs whatever a test asks for. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

export type SignOverrides = {
  /** Another key than the published one, with the published name: a forged signature. */
  forged?: boolean;
  /** A name of a key that is not published. */
  kid?: string;
  alg?: string;
  typ?: string;
  /** Seconds from now; 3600 if left out. */
  expires_in?: number;
};

export type TestIssuer = {
  /** With the slash at its end, as in the tokens. */
  issuer: string;
  audience: string;
  /** How often the keys were fetched. */
  fetches: { jwks: number; userinfo: number };
  /** What the provider does when asked for its keys. */
  behave(how: "answer" | "hang" | "fail"): void;
  /** Puts another key in place of the published one; RS256 if no algorithm is named. */
  rotate(algorithm?: "RS256" | "ES256"): Promise<void>;
  /** What `/userinfo` answers, for a subject whose token carries no profile. */
  userinfo: Record<string, unknown>;
  /** Claims beat the ordinary ones; `undefined` leaves a claim out. */
  sign(claims?: JWTPayload, overrides?: SignOverrides): Promise<string>;
  close(): Promise<void>;
};

type Keys = { kid: string; algorithm: string; private_key: CryptoKey; jwk: JWK };

async function makeKeys(kid: string, algorithm = "RS256"): Promise<Keys> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, use: "sig", alg: algorithm };
  return { kid, algorithm, private_key: pair.privateKey, jwk };
}

/** Starts it on a free port of loopback. */
export async function startIssuer(audience = "https://api.rhesis.test"): Promise<TestIssuer> {
  let [keys, forger] = await Promise.all([makeKeys("key-1"), makeKeys("key-1")]);
  let rotations = 0;
  let behaviour: "answer" | "hang" | "fail" = "answer";
  const fetches = { jwks: 0, userinfo: 0 };
  const server = createServer((request, response) => {
    if (request.url === "/userinfo") {
      fetches.userinfo += 1;
      response.setHeader("content-type", "application/json").end(JSON.stringify(testIssuer.userinfo));
      return;
    }
    fetches.jwks += 1;
    if (behaviour === "fail") response.writeHead(503).end();
    if (behaviour === "answer") {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [keys.jwk] }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const testIssuer: TestIssuer = {
    issuer,
    audience,
    fetches,
    userinfo: {},
    behave: (how) => void (behaviour = how),
    async rotate(algorithm) {
      rotations += 1;
      const kid = `key-${rotations + 1}`;
      [keys, forger] = await Promise.all([makeKeys(kid, algorithm), makeKeys(kid, algorithm)]);
    },
    sign: (claims = {}, overrides = {}) =>
      signWith(overrides.forged ? forger : keys, { iss: issuer, aud: audience, ...claims }, overrides),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return testIssuer;
}

async function signWith(keys: Keys, claims: JWTPayload, overrides: SignOverrides): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const all = { sub: "test|ada", iat: seconds, exp: seconds + (overrides.expires_in ?? 3600), ...claims };
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const header = {
    kid: overrides.kid ?? keys.kid,
    alg: overrides.alg ?? keys.algorithm,
    typ: overrides.typ ?? "at+jwt",
  };
  // A shared secret: the classic confusion is to use the public key as one.
  const key = header.alg.startsWith("HS") ? new TextEncoder().encode(JSON.stringify(keys.jwk)) : keys.private_key;
  return new SignJWT(payload).setProtectedHeader(header).sign(key);
}
