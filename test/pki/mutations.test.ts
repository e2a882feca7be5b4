/**
 * A million mutations of real requests and certificates: each gives a value or a Problem, nothing hangs, nothing grows.
 * CERTCTL_MUTATIONS sets another number, CERTCTL_SEED another beginning; a failure prints the octets that caused it.
 */
import { describe, expect, test } from "bun:test";
import { Problem } from "#base/problem.ts";
import { parseCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { runChecks } from "#pki/issuance-checks.ts";
import { generateKey, KeyAlgorithm } from "#pki/key.ts";
import { nameFromText, nameToText } from "#pki/name-text.ts";
import { encodePem } from "#pki/pem.ts";
import { parseRequest } from "#pki/request.ts";
import { issueLeaf, makeAuthority, makeRequest, testUrls, tlsContext } from "./authority.ts";
import { vector } from "./vector.ts";

const { CERTCTL_MUTATIONS: wanted = "1000000", CERTCTL_SEED: seed = "20261123" } = process.env;
const mutations = Number(wanted);

/** mulberry32: small, quick, and the same everywhere. */
function chance(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Next = (below: number) => number;
const interesting = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81,
  0x82, 0x84, 0xa0, 0xa3, 0xff,
];

/** Each kind of damage: flips, interesting octets, cuts, repeats, swaps, and lengths one off. */
const damages: readonly ((octets: Uint8Array, next: Next) => Uint8Array)[] = [
  (it, next) => set(it, next(it.length), next(256)),
  (it, next) => {
    const at = next(it.length);
    return set(it, at, (it[at] ?? 0) ^ (1 << next(8)));
  },
  (it, next) => set(it, next(it.length), interesting[next(interesting.length)] ?? 0),
  (it, next) => {
    const at = next(it.length);
    return set(it, at, (it[at] ?? 0) + (next(2) === 0 ? 1 : -1));
  },
  (it, next) => it.slice(0, next(it.length)),
  (it, next) => {
    const at = next(it.length);
    return Buffer.concat([it.subarray(0, at), it.subarray(at + 1 + next(8))]);
  },
  (it, next) => {
    const at = next(it.length);
    const piece = it.subarray(at, at + 1 + next(40));
    return Buffer.concat([it.subarray(0, at), piece, it.subarray(at)]);
  },
  (it, next) => {
    const mutant = Uint8Array.from(it);
    mutant.copyWithin(next(it.length), next(it.length), next(it.length));
    return mutant;
  },
];

function set(octets: Uint8Array, at: number, value: number): Uint8Array {
  const mutant = Uint8Array.from(octets);
  mutant[at] = value;
  return mutant;
}

function mutate(octets: Uint8Array, next: Next): Uint8Array {
  let mutant = octets;
  for (let hits = 1 + next(3); hits > 0 && mutant.length > 0; hits--) {
    mutant = damages[next(damages.length)]?.(mutant, next) ?? mutant;
  }
  return mutant;
}

async function material() {
  const root = await makeAuthority({ keyAlgorithm: "RSA-2048", pathLen: 1 });
  const authority = await makeAuthority({ parent: root, pathLen: 0, urls: testUrls });
  const requests: Uint8Array[] = [];
  const certificates: Uint8Array[] = [root.certificate.der, authority.certificate.der];
  for (const name of KeyAlgorithm.options) {
    const request = await makeRequest({
      subject: "CN=api.example.com,O=Acme+OU=Ops,C=DE",
      names: [
        "api.example.com",
        "*.example.com",
        "10.0.0.1",
        "2001:db8::1",
        "a@example.com",
        "spiffe://td/x",
      ],
      privateKey: await generateKey(name),
      mustStaple: true,
    });
    requests.push(request.der);
    certificates.push(await issueLeaf(request, authority));
  }
  certificates.push(
    vector("isrg-root-x1.pem"),
    vector("rfc8410-x25519-certificate.pem"),
    vector("go-daddy-class-2.pem"),
  );
  return { requests, certificates, issuer: authority.certificate };
}

/** Runs the action; a Problem is an answer, everything else is thrown on with the octets. */
function attempt(octets: Uint8Array, action: (octets: Uint8Array) => void): boolean {
  try {
    action(octets);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw new Error(`not a Problem for ${Buffer.from(octets).toString("hex")}`, { cause: error });
  }
}

describe("mutations", () => {
  test(`${mutations} of real requests and certificates give a value or a Problem`, async () => {
    const { requests, certificates, issuer } = await material();
    const next = chance(Number(seed));
    const readRequest = (octets: Uint8Array) => {
      const request = parseRequest(octets);
      runChecks(request, tlsContext(request, issuer));
    };
    const readPem = (octets: Uint8Array) => {
      parseRequest(octets);
    };
    const readStrict = (octets: Uint8Array) => {
      parseCertificate(octets);
    };
    const readForeign = (octets: Uint8Array) => {
      const { subject, issuer: above } = parseForeignCertificate(octets);
      nameToText(subject);
      nameToText(above);
    };
    const readName = (octets: Uint8Array) => {
      nameToText(nameFromText(Buffer.from(octets).toString("latin1")));
    };
    const pems = requests.map((it) => Buffer.from(encodePem("CERTIFICATE REQUEST", it)));
    const texts = ['CN=a\\,b+OU="c;d",O=#0c0161\\20,1.2.3=#0500', "E=a@b.example,DC=x,DC=y"].map(
      (it) => Buffer.from(it),
    );
    /** In hundredths of all mutations. */
    const plan = [
      { share: 45, sources: requests, action: readRequest },
      { share: 15, sources: certificates, action: readStrict },
      { share: 30, sources: certificates, action: readForeign },
      { share: 5, sources: pems, action: readPem },
      { share: 5, sources: texts, action: readName },
    ];
    const round = () => {
      let accepted = 0;
      for (const { share, sources, action } of plan) {
        for (let i = (mutations * share) / 400; i > 0; i--) {
          const source = sources[next(sources.length)] ?? new Uint8Array();
          if (attempt(mutate(source, next), action)) accepted++;
        }
      }
      return accepted;
    };
    const heap = () => {
      Bun.gc(true);
      return process.memoryUsage().heapUsed / 1_048_576;
    };
    const began = performance.now();
    let accepted = round();
    const afterFirst = heap();
    for (let i = 0; i < 3; i++) accepted += round();
    const afterLast = heap();
    const took = (performance.now() - began) / 1_000;
    console.log(
      `${mutations} mutations in ${took.toFixed(1)} s, ${accepted} still read; heap ${afterFirst.toFixed(1)} MiB after a quarter, ${afterLast.toFixed(1)} MiB at the end`,
    );
    // What a quarter of the mutations needed is what all of them need: nothing is kept.
    expect(afterLast - afterFirst).toBeLessThan(16);
    expect(accepted).toBeLessThan(mutations / 2);
  }, 300_000);
});
