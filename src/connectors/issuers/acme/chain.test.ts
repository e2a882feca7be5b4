import { expect, test } from "bun:test";
import { generateKey } from "#pki/key.ts";
import { encodePem } from "#pki/pem.ts";
import { issueLeaf, makeAuthority, makeRequest } from "#test/pki/authority.ts";
import { download } from "./chain.ts";
import type { Session } from "./session.ts";

/** A session whose server hands out these certificates. */
const handingOut = (...ders: readonly Uint8Array[]): Session => {
  const text = ders.map((der) => encodePem("CERTIFICATE", der)).join("");
  const post = async () => ({ text, host: "ca.example" });
  // Downloading asks for nothing else of a session.
  return { post } as unknown as Session;
};

test("the chain that issued the leaf is kept without its anchor; another one is no answer", async () => {
  const request = await makeRequest({
    names: ["a.example.test"],
    privateKey: await generateKey("ECDSA-P256"),
  });
  const [mine, other] = await Promise.all([makeAuthority(), makeAuthority({ name: "CN=Other" })]);
  const leaf = await issueLeaf(request, mine);
  const right = await download(handingOut(leaf, mine.certificate.der), "https://ca.example/c");
  expect(Buffer.from(right.certificate)).toEqual(Buffer.from(leaf));
  expect(right.chain).toEqual(mine.certificate.selfIssued ? [] : [mine.certificate.der]);
  const alone = await download(handingOut(leaf), "https://ca.example/c");
  expect(alone.chain).toEqual([]);
  await expect(
    download(handingOut(leaf, other.certificate.der), "https://ca.example/c"),
  ).rejects.toThrow("ca.example handed out a chain that did not issue the certificate");
});
