/** The server's own certificate: issued by the built-in CA, kept sealed, renewed at two thirds of its life, shared by replicas. */
import { isIP } from "node:net";
import { z } from "zod";
import { days, instant, later } from "#base/time.ts";
import { localIssuerId } from "#features/issuers/first.ts";
import { issuerById, signingHost } from "#features/issuers/use.ts";
import { loadSealed, saveSealed } from "#features/settings/store.ts";
import type { World } from "#jobs/world.ts";
import { parseCertificate } from "#pki/certificate-reader.ts";
import { generateKey, privateKeyToPem } from "#pki/key.ts";
import { usualKeyUsage } from "#pki/key-usage.ts";
import { encodePem } from "#pki/pem.ts";
import { buildRequest, parseRequest } from "#pki/request.ts";
import { type GeneralName, generalNameFromText } from "#pki/subject-alt-name.ts";

export interface ServerTls {
  readonly key: string;
  /** Leaf and chain. */
  readonly cert: string;
  readonly fingerprint: string;
}

const Stored = z.strictObject({ key: z.string(), cert: z.string(), leaf: z.string() });

const place = "settings/server-tls";
const lifetime = days(90);

/** The certificate in use, made or renewed when there is none, when it nears its end, or when the names changed. */
export async function ensureServerCertificate(
  world: World,
  names: readonly string[],
): Promise<ServerTls> {
  const wanted = names.map((name) => generalNameFromText(name));
  const sealed = await loadSealed(world.database.reader, place);
  const known = sealed && open(world, sealed);
  if (known && isGood(world, known, wanted)) return tlsOf(known);
  const made = await make(world, wanted);
  const bytes = Buffer.from(JSON.stringify(made));
  await world.database.transaction((db) => saveSealed(db, place, world.vault.seal(place, bytes)));
  return tlsOf(made);
}

type Kept = z.output<typeof Stored>;

const open = (world: World, sealed: Uint8Array): Kept =>
  Stored.parse(JSON.parse(Buffer.from(world.vault.unseal(place, sealed)).toString("utf8")));

const tlsOf = (it: Kept): ServerTls => ({
  key: it.key,
  cert: it.cert,
  fingerprint: parseCertificate(Buffer.from(it.leaf, "base64")).fingerprint,
});

function isGood(world: World, it: Kept, wanted: readonly GeneralName[]): boolean {
  const leaf = parseCertificate(Buffer.from(it.leaf, "base64"));
  const renewal = leaf.notBefore + ((leaf.notAfter - leaf.notBefore) * 2) / 3;
  const has = new Set(leaf.subjectAltNames.map((name) => `${name.type}:${name.value}`));
  return (
    world.clock.now() < renewal && wanted.every((name) => has.has(`${name.type}:${name.value}`))
  );
}

async function make(world: World, names: readonly GeneralName[]): Promise<Kept> {
  const parts = { ...world, reader: world.database.reader };
  const issuer = await issuerById(parts, localIssuerId);
  const host = issuer && (await signingHost(parts, issuer));
  if (!issuer || !host?.authority) throw new Error("the built-in CA is not there");
  const privateKey = await generateKey("ECDSA-P256");
  const request = parseRequest(
    await buildRequest({ subject: [], subjectAltNames: names, privateKey }),
  );
  const now = world.clock.now();
  const { notBefore: earliest, notAfter: bound } = host.authority.issuing.validity;
  const notBefore = instant(Math.max(Math.floor((now - 60_000) / 1_000) * 1_000, earliest));
  const end = later(notBefore, lifetime);
  const issued = await issuer.connector.issue(
    host,
    {
      orderId: "server",
      request,
      subjectAltNames: names,
      validity: { notBefore, notAfter: instant(Math.min(end, bound)) },
      keyUsage: usualKeyUsage(request.key),
      extendedKeyUsage: ["serverAuth"],
      mustStaple: false,
    },
    AbortSignal.timeout(10_000),
  );
  const cert = [issued.certificate, ...issued.chain]
    .map((der) => encodePem("CERTIFICATE", der))
    .join("");
  return {
    key: privateKeyToPem(privateKey),
    cert,
    leaf: Buffer.from(issued.certificate).toString("base64"),
  };
}

/** What the certificate is for: the host it listens on, this machine's name, loopback, and what the operator adds. */
export function serverNames(
  host: string,
  hostname: string,
  more: readonly string[],
): readonly string[] {
  const anyAddress = host === "0.0.0.0" || host === "::";
  const own = /^[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9-]{1,63})*$/i.test(hostname)
    ? [hostname.toLowerCase()]
    : [];
  const listening = anyAddress || (isIP(host) === 0 && host === "localhost") ? [] : [host];
  return [...new Set([...more, "localhost", "127.0.0.1", "::1", ...own, ...listening])];
}
