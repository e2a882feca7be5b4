import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "#base/random.ts";
import { type Clock, days, instant } from "#base/time.ts";
import { signCertificate } from "#pki/certificate.ts";
import { subjectAltNameExtension } from "#pki/extensions.ts";
import { generateKey } from "#pki/key.ts";
import { encodeName } from "#pki/name.ts";
import { nameFromText } from "#pki/name-text.ts";
import { encodePem } from "#pki/pem.ts";
import { parseRequest } from "#pki/request.ts";
import { newSerialNumber } from "#pki/serial-number.ts";
import { softwareSigner } from "#pki/signer.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import { type KeyOrder, type Keystore, openKeystore } from "./keystore.ts";

let directory: string;
let now = instant(0);
const clock: Clock = { now: () => now, sleep: async () => {} };
let keystore: Keystore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "certctl-keys-"));
  now = instant(Date.UTC(2026, 0, 1));
  keystore = openKeystore({ directory: join(directory, "keys"), clock });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const order = (versionId = "ver-1", names = ["site.test", "10.0.0.1"]): KeyOrder => ({
  certificateId: "mc-site",
  versionId,
  algorithm: "ECDSA-P256",
  subject: nameFromText("CN=site.test"),
  subjectAltNames: names.map((name) => generalNameFromText(name)),
});

/** Certifies a request, or another key or other names in its place. */
async function issue(request: string, other: { key?: Uint8Array; names?: readonly string[] } = {}) {
  const { publicKey, subjectAltNames } = parseRequest(request);
  const names = other.names?.map((name) => generalNameFromText(name)) ?? subjectAltNames;
  const issuer = encodeName(nameFromText("CN=Test"));
  const der = await signCertificate(
    {
      serialNumber: newSerialNumber(systemRandom),
      issuer,
      validity: { notBefore: now, notAfter: instant(now + days(90)) },
      subject: encodeName([]),
      publicKey: other.key ?? publicKey,
      extensions: [subjectAltNameExtension(names, { critical: true })],
    },
    softwareSigner(await generateKey("ECDSA-P256")),
  );
  return { certificatePem: encodePem("CERTIFICATE", der), chainPem: "" };
}

describe("a request", () => {
  test("proves possession of a fresh key and asks for the names; nobody else can read the files", async () => {
    const request = parseRequest(await keystore.request(order()));
    expect(request.subjectAltNames.map((it) => it.value)).toEqual(["site.test", "10.0.0.1"]);
    expect(request.key).toMatchObject({ algorithm: "ECDSA", size: 256 });
    const version = join(directory, "keys", "mc-site", "ver-1");
    expect(readdirSync(version).sort()).toEqual(["csr.pem", "key.pem", "state.json"]);
    for (const name of readdirSync(version)) {
      expect(statSync(join(version, name)).mode & 0o777).toBe(0o600);
    }
    for (const path of [version, join(version, ".."), join(version, "../..")]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
  });

  test("is the same when asked again, also at the same time and by the next process", async () => {
    const [first, second] = await Promise.all([
      keystore.request(order()),
      keystore.request(order()),
    ]);
    expect(second).toBe(first);
    const next = openKeystore({ directory: join(directory, "keys"), clock });
    expect(await next.request(order())).toBe(first);
    expect(await next.request(order("ver-2"))).not.toBe(first);
  });

  test("keeps the key when a crash came before the request was written", async () => {
    const before = parseRequest(await keystore.request(order())).publicKey;
    rmSync(join(directory, "keys", "mc-site", "ver-1", "csr.pem"));
    expect(parseRequest(await keystore.request(order())).publicKey).toEqual(before);
  });

  test("for other names needs another version", async () => {
    await keystore.request(order());
    await expect(keystore.request(order("ver-1", ["other.test"]))).rejects.toThrow(
      "was requested for dns:site.test, ip:10.0.0.1, not for dns:other.test",
    );
  });

  test("for an id that is a path is refused", async () => {
    const evil = { ...order(), versionId: "../../etc" };
    await expect(async () => keystore.request(evil)).toThrow();
  });
});

describe("an issued certificate", () => {
  test("makes the pair complete", async () => {
    const request = await keystore.request(order());
    expect(keystore.load(order())).toBeUndefined();
    const issued = await issue(request);
    keystore.store(order(), issued);
    keystore.store(order(), issued);
    expect(keystore.load(order())).toMatchObject(issued);
    expect(keystore.load(order())?.privateKeyPem.reveal()).toContain("PRIVATE KEY");
    expect(String(keystore.load(order())?.privateKeyPem)).toBe("[secret]");
  });

  test("is refused for another key, other names, more names, and when there is one already", async () => {
    const request = await keystore.request(order());
    const key = parseRequest(await keystore.request(order("ver-2"))).publicKey;
    const store = async (other: Parameters<typeof issue>[1]) =>
      keystore.store(order(), await issue(request, other));
    await expect(store({ key })).rejects.toThrow("is for another key");
    await expect(store({ names: ["site.test"] })).rejects.toThrow("is for dns:site.test, and");
    const more = ["site.test", "10.0.0.1", "evil.test"];
    await expect(store({ names: more })).rejects.toThrow("dns:evil.test");
    await store({ names: ["10.0.0.1", "SITE.test"] });
    await expect(store({})).rejects.toThrow("has another certificate already");
    expect(() =>
      keystore.store({ ...order(), versionId: "ver-9" }, { certificatePem: "", chainPem: "" }),
    ).toThrow("has no key");
  });
});

describe("superseded pairs", () => {
  test("stay until the next is seen, then the last two", async () => {
    const ids = ["ver-1", "ver-2", "ver-3", "ver-4"];
    for (const id of ids) {
      keystore.store(order(id), await issue(await keystore.request(order(id))));
      now = instant(now + 1);
    }
    expect(keystore.prune("mc-site", new Set())).toEqual([]);
    keystore.markSeen(order("ver-4"));
    expect(keystore.prune("mc-site", new Set())).toEqual(["ver-1"]);
    expect(keystore.list("mc-site").map((it) => it.versionId)).toEqual(["ver-2", "ver-3", "ver-4"]);
    expect(keystore.prune("mc-site", new Set(["ver-3"]))).toEqual(["ver-3"]);
    now = instant(now + days(91));
    expect(keystore.prune("mc-site", new Set())).toEqual(["ver-2"]);
    expect(readdirSync(join(directory, "keys", "mc-site"))).toEqual(["ver-4"]);
    expect(keystore.load(order("ver-2"))).toBeUndefined();
  });
});

test("a key directory that others may look into is refused", () => {
  const open = join(directory, "keys");
  chmodSync(open, 0o750);
  expect(() => openKeystore({ directory: open, clock })).toThrow("chmod 700");
});
