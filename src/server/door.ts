/** What every door knows of a request before anything looks at it: who sent it from where, its id, and how long it may take. */
import { BlockList, isIP } from "node:net";
import { newId, type Random } from "#base/random.ts";
import type { Clock } from "#base/time.ts";

/** What the listeners hand over with each request. */
export interface Door {
  readonly name: "https" | "http" | "mtls";
  /** The peer's address on the socket. */
  readonly peer: string | null;
  /** Gives the request more time than the usual. */
  extend(milliseconds: number): void;
}

export interface Visit {
  readonly requestId: string;
  readonly address: string | null;
}

/** Reads X-Forwarded-For only when the socket's peer is a configured proxy, and then the last hop that is none. */
export function addressReader(
  trusted: readonly string[],
): (peer: string | null, forwarded: string | null) => string | null {
  const proxies = blockListOf(trusted);
  return (peer, forwarded) => {
    if (peer === null || forwarded === null || !contains(proxies, peer)) return peer;
    const hops = forwarded.split(",").map((it) => it.trim());
    return hops.findLast((hop) => isIP(hop) > 0 && !contains(proxies, hop)) ?? peer;
  };
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = "", prefix] = entry.split("/");
    const family = isIP(network) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  const family = isIP(plain);
  return family > 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** The caller's id when it is harmless, so that logs of two systems can be put together; else a fresh one. */
export function requestIdOf(given: string | null, clock: Clock, random: Random): string {
  if (given !== null && /^[A-Za-z0-9._-]{8,64}$/.test(given)) return given;
  return newId("req", clock.now(), random);
}
