/** IP addresses between text and octets; IPv6 is written as RFC 5952 recommends. It refuses zones, masks and octal parts. */

/** Four or sixteen octets, or undefined when the text is no address. */
export function ipFromText(text: string): Uint8Array | undefined {
  return text.includes(":") ? ipv6FromText(text) : ipv4FromText(text);
}

/** The canonical text of four or sixteen octets; undefined for any other number. */
export function ipToText(octets: Uint8Array): string | undefined {
  if (octets.length === 4) return octets.join(".");
  return octets.length === 16 ? ipv6ToText(octets) : undefined;
}

function ipv4FromText(text: string): Uint8Array | undefined {
  // Leading zeros are octal to some readers and decimal to others (RFC 6943 section 3.1.1).
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : undefined;
}

function ipv6FromText(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  // "::" stands for at least one group of zeros.
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  const zeros = new Array<number>(16 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail]);
}

/** The octets of groups between colons; the last may be a dotted IPv4 address. */
function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
    } else {
      const ipv4 = mayEndInIpv4 && i === groups.length - 1 ? ipv4FromText(group) : undefined;
      if (ipv4 === undefined) return undefined;
      octets.push(...ipv4);
    }
  }
  return octets;
}

const ipv4Mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** Whether sixteen octets are an IPv4 address in IPv6 clothes (`::ffff:0:0/96`). */
export const isIpv4Mapped = (octets: Uint8Array): boolean =>
  octets.length === 16 && ipv4Mapped.every((octet, i) => octets[i] === octet);

function ipv6ToText(octets: Uint8Array): string {
  // RFC 5952 section 5: mixed notation where the address is known to embed IPv4.
  if (isIpv4Mapped(octets)) return `::ffff:${octets.subarray(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** Where the longest run of zero groups begins, the first of equals, and how long it is. */
function longestZeros(groups: readonly string[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let run = 0;
  for (const [i, group] of groups.entries()) {
    run = group === "0" ? run + 1 : 0;
    if (run > best[1]) best = [i - run + 1, run];
  }
  return best;
}
