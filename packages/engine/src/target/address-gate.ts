import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { buildConnector } from "undici";
import { type AddressPolicy, refuseAddress } from "./address-policy.ts";

const connectTimeoutMs = 10_000;

/** A connection that was never opened because of where it would have gone. */
export class AddressRefusedError extends Error {
  override name = "AddressRefusedError";
}

/** How names become addresses: `node:dns` lookup with `all: true`. Tests give their own. */
export type ResolveAll = (
  hostname: string,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

function resolveBySystem(hostname: string, callback: (error: Error | null, addresses: LookupAddress[]) => void): void {
  systemLookup(hostname, { all: true }, (error, addresses) => callback(error, addresses ?? []));
}

/**
 * The one way out to targets: judges literal hosts, every answer of the resolver and the address finally connected to.
 * What was judged is what is connected to, so an answer that changes between two look-ups gains nothing.
 */
export function guardedConnector(
  policy: AddressPolicy,
  resolve: ResolveAll = resolveBySystem,
): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup: guardedLookup(policy, resolve) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    const refusal = isIP(host) === 0 ? null : refuseAddress(host, policy);
    if (refusal !== null) return callback(refusedLiteral(host, refusal), null);
    return connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      const late = refuseConnected(socket, policy);
      if (late === null) return callback(null, socket);
      socket.destroy();
      return callback(late, null);
    });
  };
}

function guardedLookup(policy: AddressPolicy, resolve: ResolveAll): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const refused = addresses.some(({ address }) => refuseAddress(address, policy) !== null);
      if (refused) return callback(refusedName(hostname), "", 0);
      const [first] = addresses;
      if (first === undefined) return callback(unknownHost(hostname), "", 0);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

function refuseConnected(socket: Socket, policy: AddressPolicy): AddressRefusedError | null {
  const address = socket.remoteAddress ?? "";
  const refusal = refuseAddress(address, policy);
  return refusal === null ? null : refusedLiteral(address, refusal);
}

function refusedLiteral(host: string, refusal: string): AddressRefusedError {
  return new AddressRefusedError(`The address ${host} may not be called: ${refusal}.`);
}

/** Says nothing of the addresses behind the name: that would map a private network for whoever asks. */
function refusedName(hostname: string): AddressRefusedError {
  return new AddressRefusedError(`${hostname} may not be called: its address is not a public one.`);
}

function unknownHost(hostname: string): Error {
  return Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });
}
