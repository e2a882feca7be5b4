/**
 * RSA keys known to be breakable from the public half alone (CA/B BR 6.1.1.3): ROCA, close primes, small factors.
 * Debian's weak keys of 2008 (CVE-2008-0166) are not covered: docs/divergences.md says why.
 */
import type { PublicKey } from "./public-key.ts";

/** Why the key is breakable, or undefined. Takes a tenth of a millisecond for RSA, nothing for the rest. */
export function knownWeakness(key: PublicKey): string | undefined {
  if (key.rsa === undefined) return undefined;
  const modulus = BigInt(`0x${key.rsa.modulus.toHex()}`);
  const residues = residuesOf(modulus);
  if (residues.some(({ residue }) => residue === 0)) return "its modulus has a small prime factor";
  if (isRoca(residues)) return "it was made by a chip with the ROCA defect (CVE-2017-15361)";
  if (hasClosePrimes(modulus))
    return "its primes are so close that it can be factored (CVE-2022-26320)";
  return undefined;
}

function oddPrimesBelow(limit: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
}

/** Primes whose product a number holds exactly: one long division serves them all. */
interface Group {
  readonly product: bigint;
  readonly primes: readonly number[];
}

function grouped(primes: readonly number[]): readonly Group[] {
  const groups: { product: number; primes: number[] }[] = [];
  for (const p of primes) {
    const last = groups.at(-1);
    if (last === undefined || last.product * p > Number.MAX_SAFE_INTEGER) {
      groups.push({ product: p, primes: [p] });
    } else {
      last.product *= p;
      last.primes.push(p);
    }
  }
  return groups.map((group) => ({ product: BigInt(group.product), primes: group.primes }));
}

/** The primes below 752, the bound of NIST SP 800-89 section 5.3.3; two is refused with the even moduli. */
const smallPrimes = grouped(oddPrimesBelow(752));

interface Residue {
  readonly prime: number;
  readonly residue: number;
}

function residuesOf(modulus: bigint): readonly Residue[] {
  return smallPrimes.flatMap(({ product, primes }) => {
    const rest = Number(modulus % product);
    return primes.map((prime) => ({ prime, residue: rest % prime }));
  });
}

/**
 * A defective chip's primes are k·M + 65537^a mod M, with M a product of small primes: then the modulus, too, is a
 * power of 65537 modulo each of them. Nemec et al., "The Return of Coppersmith's Attack", 2017, section 2.2.
 */
const rocaPowers: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  oddPrimesBelow(168).map((p) => {
    const powers = new Set<number>();
    for (let power = 1; !powers.has(power); power = (power * 65_537) % p) powers.add(power);
    return [p, powers];
  }),
);

function isRoca(residues: readonly Residue[]): boolean {
  return residues.every(({ prime, residue }) => rocaPowers.get(prime)?.has(residue) ?? true);
}

/** Fermat's method with the hundred rounds that CA/B BR 6.1.1.3 item 4 asks for. */
function hasClosePrimes(modulus: bigint): boolean {
  let root = squareRoot(modulus);
  if (root * root < modulus) root += 1n;
  let difference = root * root - modulus;
  for (let round = 0; round < 100; round++) {
    if (isSquare(difference)) return true;
    difference += 2n * root + 1n;
    root += 1n;
  }
  return false;
}

/** Most numbers are no square modulo 64 or modulo 5·7·11·13: two in a hundred come through. */
const squaresModulo = (m: number): ReadonlySet<number> =>
  new Set(Array.from({ length: m }, (_, i) => (i * i) % m));
const squaresModulo64 = squaresModulo(64);
const squaresModulo5005 = squaresModulo(5_005);

function isSquare(n: bigint): boolean {
  if (!squaresModulo64.has(Number(n & 63n))) return false;
  if (!squaresModulo5005.has(Number(n % 5_005n))) return false;
  const root = squareRoot(n);
  return root * root === n;
}

/** The integer square root by Newton's method, from above. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt(n.toString(16).length * 2 + 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
