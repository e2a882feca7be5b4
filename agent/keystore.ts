/**
 * The agent's keys: `<directory>/<certificate id>/<version id>/` (0700) with key, request, certificate and chain (0600).
 * A key is made once per version and never leaves; a certificate is taken only for the key and the names it was asked for.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Id } from "#base/id.ts";
import { Problem } from "#base/problem.ts";
import { Secret } from "#base/secret.ts";
import { type Clock, type Instant, instant } from "#base/time.ts";
import type { Bundle } from "#connectors/targets/target.ts";
import {
  generateKey,
  type KeyAlgorithm,
  privateKeyFromPem,
  privateKeyToPem,
  publicKeyOf,
} from "#pki/key.ts";
import type { DistinguishedName } from "#pki/name.ts";
import { encodePem } from "#pki/pem.ts";
import { buildRequest } from "#pki/request.ts";
import type { GeneralName } from "#pki/subject-alt-name.ts";
import { type Files, realFiles } from "./files.ts";
import { checkIssued, checkSameRequest } from "./issued.ts";
import { type KeyFiles, type KeyOwner, openKeyFiles, type State } from "./key-files.ts";
import { decideRemovals, type KeptVersion } from "./retention.ts";
import { serially } from "./serially.ts";

export interface KeystoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** How many superseded pairs stay until they expire or are revoked; default 2. */
  readonly keep?: number | undefined;
  readonly files?: Files | undefined;
}

export interface KeyOrder extends KeyOwner {
  readonly algorithm: KeyAlgorithm;
  readonly subject: DistinguishedName;
  readonly subjectAltNames: readonly GeneralName[];
  readonly mustStaple?: boolean;
}

export interface Keystore {
  /** The certificate signing request (PEM), with a key made for it. The same version always has the same key and request. */
  request(order: KeyOrder): Promise<string>;
  /** Keeps the certificate issued to a version. A problem when key or names are not what was asked for. */
  store(owner: KeyOwner, issued: Pick<Bundle, "certificatePem" | "chainPem">): void;
  /** What can be deployed; undefined while there is no key or no certificate. */
  load(owner: KeyOwner): Bundle | undefined;
  /** The version is deployed and seen wherever it shall be: older ones may go by the rule of `prune`. */
  markSeen(owner: KeyOwner): void;
  /** Oldest first. */
  list(certificateId: string): readonly KeptVersion[];
  /** Removes the pairs nobody needs (`retention.ts`) and returns their version ids. */
  prune(certificateId: string, revoked: ReadonlySet<string>): readonly string[];
}

export function openKeystore(options: KeystoreOptions): Keystore {
  const { directory, clock, keep = 2, files = realFiles } = options;
  openDirectory(files, directory);
  const pathOf = ({ certificateId, versionId }: KeyOwner) =>
    join(directory, Id.parse(certificateId), Id.parse(versionId));
  const store = openKeyFiles(files, pathOf);
  // Two calls at once must not make two keys.
  const alone = serially();
  const list = (certificateId: string) => listVersions(store, files, directory, certificateId);
  return {
    request: async (order) =>
      alone(pathOf(order), () => {
        makeDirectories(files, pathOf(order));
        return makeRequest(store, order, clock.now());
      }),
    store: (owner, issued) => keepIssued(store, owner, issued, clock.now()),
    load(owner) {
      const certificatePem = store.read(owner, "certificate");
      const key = store.read(owner, "key");
      if (certificatePem === undefined || key === undefined) return undefined;
      const chainPem = store.read(owner, "chain") ?? "";
      return { certificatePem, chainPem, privateKeyPem: new Secret(key) };
    },
    markSeen(owner) {
      const state = store.readState(owner);
      if (state === undefined) throw noKey(owner);
      store.writeState(owner, { ...state, seen: clock.now() });
    },
    list,
    prune(certificateId, revoked) {
      const removals = decideRemovals(list(certificateId), { now: clock.now(), keep, revoked });
      for (const versionId of removals) store.remove({ certificateId, versionId });
      return removals;
    },
  };
}

async function makeRequest(store: KeyFiles, order: KeyOrder, now: Instant): Promise<string> {
  const known = store.read(order, "request");
  if (known !== undefined) return checkSameRequest(known, order);
  if (store.readState(order) === undefined) store.writeState(order, { created: now });
  // The key first: a request without its key would be worth nothing after a crash.
  let key = store.read(order, "key");
  if (key === undefined) {
    key = privateKeyToPem(await generateKey(order.algorithm));
    store.write(order, "key", key);
  }
  const der = await buildRequest({ ...order, privateKey: privateKeyFromPem(key) });
  const request = checkSameRequest(encodePem("CERTIFICATE REQUEST", der), order);
  store.write(order, "request", request);
  return request;
}

function keepIssued(
  store: KeyFiles,
  owner: KeyOwner,
  issued: Pick<Bundle, "certificatePem" | "chainPem">,
  now: Instant,
): void {
  const key = store.read(owner, "key");
  const request = store.read(owner, "request");
  if (key === undefined || request === undefined) throw noKey(owner);
  const publicKey = publicKeyOf(privateKeyFromPem(key)).spki;
  const { notAfter } = checkIssued(issued, { publicKey, request });
  const present = store.read(owner, "certificate");
  if (present !== undefined && present !== issued.certificatePem) {
    throw new Problem("conflict", `version ${owner.versionId} has another certificate already`);
  }
  const state = store.readState(owner) ?? { created: now };
  store.writeState(owner, { ...state, notAfter });
  store.write(owner, "chain", issued.chainPem);
  // Last: where there is a certificate, the pair is complete.
  store.write(owner, "certificate", issued.certificatePem);
}

function listVersions(
  store: KeyFiles,
  files: Files,
  directory: string,
  certificateId: string,
): readonly KeptVersion[] {
  const names = files.list(join(directory, Id.parse(certificateId))) ?? [];
  const versions = names
    .filter((name) => Id.safeParse(name).success)
    .map((versionId) => {
      const owner = { certificateId, versionId };
      const issued = store.read(owner, "certificate") !== undefined;
      return { versionId, ...toInstants(store.readState(owner) ?? { created: 0 }), issued };
    });
  return versions.sort((a, b) => a.created - b.created || (a.versionId < b.versionId ? -1 : 1));
}

function openDirectory(files: Files, directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stat = files.stat(directory);
  const own = process.geteuid?.();
  if (stat === undefined || (own !== undefined && stat.uid !== own)) {
    throw new Problem("unavailable", `the key directory ${directory} belongs to another user`);
  }
  if ((stat.mode & 0o077) !== 0) {
    const detail = `others may look into the key directory ${directory}: chmod 700 ${directory}`;
    throw new Problem("unavailable", detail);
  }
}

function makeDirectories(files: Files, path: string): void {
  for (const directory of [dirname(path), path]) {
    if (files.stat(directory) !== undefined) continue;
    files.makeDirectory(directory, 0o700);
    files.sync(dirname(directory));
  }
}

function toInstants({ created, seen, notAfter }: State): Omit<KeptVersion, "versionId" | "issued"> {
  const optional = (it: number | undefined): Instant | undefined =>
    it === undefined ? undefined : instant(it);
  return { created: instant(created), seen: optional(seen), notAfter: optional(notAfter) };
}

function noKey({ certificateId, versionId }: KeyOwner): Problem {
  return new Problem("not-found", `this agent has no key for ${certificateId}, ${versionId}`);
}
