import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseAddress } from "./address-policy.ts";

const cloud = { allow_loopback: false, allow_private: [] };
const local = { allow_loopback: true, allow_private: [] };

const refused = [
  ..."0.0.0.0,0.1.2.3,10.0.0.1,10.255.255.255,100.64.0.1,100.100.100.200,127.0.0.1,127.1.2.3,127.255.255.254".split(
    ",",
  ),
  ..."169.254.0.1,169.254.169.254,169.254.170.2,172.16.0.1,172.31.255.255,192.0.0.1,192.0.0.192,192.0.2.1".split(","),
  ..."192.88.99.1,192.168.0.1,192.168.255.255,198.18.0.1,198.51.100.7,203.0.113.9,224.0.0.1,239.1.1.1,240.0.0.1".split(
    ",",
  ),
  ..."255.255.255.255,168.63.129.16,::,::1,::ffff:127.0.0.1,::ffff:7f00:1,::ffff:10.0.0.1,::ffff:169.254.169.254".split(
    ",",
  ),
  ..."::127.0.0.1,::10.0.0.1,::7f00:1,64:ff9b::7f00:1,64:ff9b::10.0.0.1,64:ff9b::8.8.8.8,64:ff9b:1::a00:1".split(","),
  ..."2002:7f00:1::,2002:a00:1::1,2001::1,2001:0:7f00:1::1,2001:db8::1,3fff::1,5f00::1,100::1,fc00::1,fd00::1".split(
    ",",
  ),
  ..."fd00:ec2::254,fd20:ce::254,fe80::1,fe80::1%eth0,fec0::1,ff02::1,ff0e::1,::ffff:0:127.0.0.1,[::1]".split(","),
  ..."4000::1,8000::1,e000::1,localhost,127.1,0177.0.0.1,0x7f000001,2130706433,1.2.3,256.1.1.1,,example.com".split(","),
];
const allowed =
  "1.1.1.1,8.8.8.8,93.184.215.14,172.15.0.1,172.32.0.1,100.63.0.1,2001:4860:4860::8888,2606:4700::1111,::ffff:8.8.8.8";

describe("refuseAddress", () => {
  it.each(refused)("refuses %s", (ip) => {
    expect(refuseAddress(ip, cloud)).toMatch(/^it /);
  });

  it.each(allowed.split(","))("allows %s", (ip) => {
    expect(refuseAddress(ip, cloud)).toBeNull();
  });

  it("allows loopback, and no more, in local mode", () => {
    for (const ip of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) expect(refuseAddress(ip, local)).toBeNull();
    for (const ip of ["10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "fd00::1", "64:ff9b::7f00:1"])
      expect(refuseAddress(ip, local)).not.toBeNull();
  });

  it("allows what the operator lists, never metadata or link-local", () => {
    const policy = { allow_loopback: false, allow_private: ["10.1.0.0/16", "fd12::/16", "not a cidr"] };
    for (const ip of ["10.1.2.3", "::ffff:10.1.2.3", "fd12::7"]) expect(refuseAddress(ip, policy)).toBeNull();
    for (const ip of ["10.2.0.1", "fd13::1", "127.0.0.1"]) expect(refuseAddress(ip, policy)).not.toBeNull();
    const all = { allow_loopback: true, allow_private: ["0.0.0.0/0", "::/0"] };
    for (const ip of [
      "169.254.169.254",
      "fd00:ec2::254",
      "fe80::1",
      "224.0.0.1",
      "0.0.0.0",
      "168.63.129.16",
      "100.100.100.200",
    ])
      expect(refuseAddress(ip, all)).not.toBeNull();
  });

  it("judges every IPv4 address inside IPv6 as itself", () => {
    const bytes = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
    expect(fc.check(fc.property(bytes, sameInside)).failed).toBe(false);
  });
});

function sameInside(bytes: number[]): boolean {
  const ip = bytes.join(".");
  return (refuseAddress(ip, cloud) === null) === (refuseAddress(`::ffff:${ip}`, cloud) === null);
}
