import type { LookupAddress } from "node:dns";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResolveAll } from "./address-gate.ts";
import { targetConfig } from "./schema.ts";
import { createTargetClient } from "./target-client.ts";

let zoo: EndpointZoo;
let port: string;

beforeAll(async () => {
  zoo = await startEndpointZoo();
  ({ port } = new URL(zoo.url));
});
afterAll(() => zoo.close());

/** Every one of these is, or could be taken for, a place that is not public. */
const hosts = [
  ..."127.0.0.1,127.1,127.0.1,127.000.000.001,127.0.0.1.,2130706433,0x7f000001,0x7f.0.0.1,0x7f.1,0177.0.0.1,0177.1,017700000001".split(
    ",",
  ),
  ..."0x7F.0x0.0x0.0x1,0177.0x0.0.01,127.0.0.2,127.127.127.127,127.255.255.254,0,0.0.0.0,0x0,00,0.0,0.0.0,0.0.0.1".split(
    ",",
  ),
  ..."%31%32%37.0.0.1,%31%32%37%2e0%2e0%2e1,127%2E0%2E0%2E1,①②⑦.⓪.⓪.①,１２７.０.０.１,127。0。0。1,127．0．0．1,127｡0｡0｡1".split(
    ",",
  ),
  ..."[::1],[0:0:0:0:0:0:0:1],[0000:0000:0000:0000:0000:0000:0000:0001],[::],[0::0],[::ffff:127.0.0.1],[::ffff:7f00:1]".split(
    ",",
  ),
  ..."[::FFFF:7F00:0001],[0:0:0:0:0:ffff:7f00:1],[0:0:0:0:0:ffff:127.0.0.1],[::127.0.0.1],[::7f00:1],[64:ff9b::127.0.0.1]".split(
    ",",
  ),
  ..."[64:ff9b::7f00:1],[64:ff9b:1::7f00:1],[2002:7f00:1::],[2002:7f00:0001::1],[2001:0:7f00:1::1],[::ffff:0:7f00:1]".split(
    ",",
  ),
  ..."localhost,LOCALHOST,localhost.,LocalHost.,ⓛocalhost,ｌｏｃａｌｈｏｓｔ,local%68ost".split(","),
  ..."169.254.169.254,2852039166,0xa9fea9fe,0xa9.0xfe.0xa9.0xfe,0251.0376.0251.0376,025177524776,169.254.43518,169.16689662".split(
    ",",
  ),
  ..."[::ffff:169.254.169.254],[::ffff:a9fe:a9fe],[64:ff9b::a9fe:a9fe],[fd00:ec2::254],[fd20:ce::254],[fe80::a9fe:a9fe]".split(
    ",",
  ),
  ..."169.254.170.2,100.100.100.200,192.0.0.192,168.63.129.16,169.254.0.23,169.254.169.253,169.254.169.123".split(","),
  ..."10.0.0.1,10.1,012.0.0.1,0xa.0.0.1,167772161,172.16.0.1,172.31.255.254,0xac100001,192.168.0.1,192.168.1,3232235521".split(
    ",",
  ),
  ..."0300.0250.0.1,100.64.0.1,198.18.0.1,192.0.2.1,192.88.99.1,198.51.100.1,203.0.113.1,224.0.0.1,240.0.0.1,255.255.255.255".split(
    ",",
  ),
  ..."[fc00::1],[fd12:3456::1],[fe80::1],[fec0::1],[ff02::1],[::ffff:10.0.0.1],[::ffff:192.168.0.1],[64:ff9b::10.0.0.1]".split(
    ",",
  ),
  ..."[2002:a00:1::1],[2001:db8::1],[100::1],[3fff::1],[::10.0.0.1]".split(","),
];

function configFor(url: string): ReturnType<typeof targetConfig.parse> {
  const protocol = url.startsWith("ws") ? "websocket" : "http";
  // As stored by whoever got past the form: the gate must not rely on it.
  return { ...targetConfig.parse({ url: "http://placeholder.example/", protocol, max_attempts: 4 }), url };
}

const noResolver: ResolveAll = (hostname, callback) => {
  const loopback: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];
  callback(null, /^localhost\.?$/i.test(hostname) ? loopback : [{ address: "10.0.0.7", family: 4 }]);
};

const twoFaced: ResolveAll = (_host, callback) =>
  callback(null, [
    { address: "93.184.215.14", family: 4 },
    { address: "127.0.0.1", family: 4 },
  ]);

describe("the way out", () => {
  it("has a corpus of at least 100 forms", () => {
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(100);
  });

  it.each(["http", "https", "ws", "wss"])("refuses every %s form without connecting", async (scheme) => {
    const client = createTargetClient({ policy: { allow_loopback: false, allow_private: [] }, resolve: noResolver });
    const before = zoo.connections();
    for (const host of hosts) {
      const outcome = await client.call(configFor(`${scheme}://${host}:${port}/echo`), null, { input: "x" });
      expect([host, outcome.error?.code, outcome.attempts.length]).toEqual([host, "address_refused", 1]);
    }
    expect(zoo.connections()).toBe(before);
    expect(zoo.calls()).toBe(0);
    await client.close();
  });

  it.each(["http", "ws"])(
    "refuses a %s name when any of its addresses is not public, and does not tell which",
    async (scheme) => {
      const client = createTargetClient({ policy: { allow_loopback: false, allow_private: [] }, resolve: twoFaced });
      const { error } = await client.call(configFor(`${scheme}://two-faced.example:${port}/echo`), null, {
        input: "x",
      });
      expect(error).toEqual({
        code: "address_refused",
        message: "two-faced.example may not be called: its address is not a public one.",
      });
      await client.close();
    },
  );

  it.each([
    ["http", "/close"],
    ["ws", "/ws-reset"],
  ])("is not fooled by a %s name that changes its address", async (scheme, path) => {
    zoo.clear();
    let asked = 0;
    const resolve: ResolveAll = (_host, callback) =>
      callback(null, [{ address: ++asked === 1 ? "127.0.0.1" : "10.0.0.9", family: 4 }]);
    const client = createTargetClient({ policy: { allow_loopback: true, allow_private: [] }, resolve });
    const config = configFor(`${scheme}://rebinding.example:${port}${path}`);
    const once = await client.call(config, null, { input: "x" }, { max_attempts: 1 });
    expect(once.error?.code).toBe("connection_closed");
    // One look-up made one connection, to the very address that was judged; the next look-up is judged anew.
    expect(asked).toBe(1);
    expect(zoo.calls(path)).toBe(1);
    const again = await client.call(config, null, { input: "x" }, { max_attempts: 1 });
    expect(again.error?.code).toBe("address_refused");
    expect(zoo.calls(path)).toBe(1);
    await client.close();
  });

  it.each(["http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/", "http://2130706433:1/", "https://10.0.0.1/"])(
    "refuses a redirect to %s",
    async (to) => {
      const client = createTargetClient({ policy: { allow_loopback: false, allow_private: ["127.0.0.1/32"] } });
      const target = to.replace("2130706433", "127.0.0.2");
      const outcome = await client.call(
        configFor(`${zoo.url}/redirect-private?to=${encodeURIComponent(target)}`),
        null,
        { input: "x" },
      );
      expect(outcome.error?.code).toBe("address_refused");
      await client.close();
    },
  );

  it.each(["http://169.254.169.254/latest", "ws://10.0.0.1/", "ws://127.0.0.1/"])(
    "does not follow a WebSocket to %s",
    async (to) => {
      const client = createTargetClient({ policy: { allow_loopback: true, allow_private: [] } });
      const url = `${zoo.socket_url}/ws-redirect?to=${encodeURIComponent(to)}`;
      const outcome = await client.call(configFor(url), null, { input: "x" });
      expect(outcome.error?.code).toBe("too_many_redirects");
      await client.close();
    },
  );

  it.each(["file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pass@127.0.0.1/", "javascript:alert(1)"])(
    "does not follow %s",
    async (to) => {
      const client = createTargetClient({ policy: { allow_loopback: true, allow_private: [] } });
      const outcome = await client.call(configFor(`${zoo.url}/redirect-private?to=${encodeURIComponent(to)}`), null, {
        input: "x",
      });
      expect(outcome.error?.code).toBe("address_refused");
      expect(outcome.response?.status).toBe(302);
      await client.close();
    },
  );
});
