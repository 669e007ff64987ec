import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** What may be called beside public addresses. CIDRs of `allow_private` are the operator's, never a tenant's. */
export type AddressPolicy = {
  allow_loopback: boolean;
  allow_private: string[];
};

const neverAllowed = new Set(["linkLocal", "multicast", "broadcast", "unspecified"]);
/** Addresses at which clouds hand credentials to whoever asks; some lie in public or allow-listable ranges. */
const metadataAddresses = new Set(["168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]);
const rangeNames: Record<string, string> = {
  loopback: "this machine itself",
  private: "a private network",
  uniqueLocal: "a private network",
  carrierGradeNat: "a provider's private network",
  linkLocal: "a link-local network",
  multicast: "a multicast group",
  unspecified: "no particular machine",
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Why an address may not be called, or null when it may. Takes canonical addresses, as URL parsing and the resolver
 * give them. IPv4 inside IPv6 is judged as the IPv4 address; translating and tunnelling prefixes are refused whole.
 */
export function refuseAddress(ip: string, policy: AddressPolicy): string | null {
  const bare = ip.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(bare) === 0) return "it is not an address";
  const address = unmapped(ipaddr.parse(bare));
  const range = address.range();
  if (neverAllowed.has(range) || metadataAddresses.has(address.toString())) return reason(range);
  if (isPublic(address, range)) return null;
  if (range === "loopback" && policy.allow_loopback) return null;
  if (policy.allow_private.some((cidr) => contains(cidr, address))) return null;
  return reason(range);
}

function unmapped(address: Address): Address {
  if (address.kind() === "ipv4") return address;
  const six = address as ipaddr.IPv6;
  const last = six.parts.slice(6);
  // ::ffff:a.b.c.d is mapped; ::a.b.c.d is its retired twin, which some stacks still honour (but :: and ::1 are themselves).
  const mapped =
    six.parts.slice(0, 5).every((part) => part === 0) &&
    (six.parts[5] === 0xffff || (six.parts[5] === 0 && last[0] !== 0));
  if (!mapped) return address;
  return new ipaddr.IPv4(last.flatMap((part) => [part >> 8, part & 0xff]));
}

function isPublic(address: Address, range: string): boolean {
  if (range !== "unicast") return false;
  return address.kind() === "ipv4" || (((address as ipaddr.IPv6).parts[0] ?? 0) & 0xe000) === 0x2000;
}

function contains(cidr: string, address: Address): boolean {
  try {
    const [network, bits] = ipaddr.parseCIDR(cidr);
    return network.kind() === address.kind() && address.match(network, bits);
  } catch {
    return false;
  }
}

function reason(range: string): string {
  return `it belongs to ${rangeNames[range] ?? "a range that is not public"}`;
}
