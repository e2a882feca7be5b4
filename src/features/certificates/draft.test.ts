/** What an issuer may answer: the right key, the names that were ordered, alive, and must-staple where it is demanded. */
import { beforeAll, describe, expect, test } from "bun:test";
import { days, later } from "#base/time.ts";
import { fingerprintOf } from "#pki/fingerprint.ts";
import { generateKey } from "#pki/key.ts";
import type { CertificateRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import {
  issueLeaf,
  makeAuthority,
  makeRequest,
  type TestAuthority,
  testNow,
} from "#test/pki/authority.ts";
import { accepted } from "./draft.ts";

describe("an issuer's answer", () => {
  let authority: TestAuthority;
  let plain: CertificateRequest;
  let stapled: CertificateRequest;
  let other: CertificateRequest;
  beforeAll(async () => {
    authority = await makeAuthority();
    const [privateKey, another] = await Promise.all([
      generateKey("ECDSA-P256"),
      generateKey("ECDSA-P256"),
    ]);
    plain = await makeRequest({ privateKey });
    stapled = await makeRequest({ privateKey, mustStaple: true });
    other = await makeRequest({ privateKey: another });
  });

  const judge = async (
    answer: CertificateRequest,
    it: { readonly mustStaple?: boolean; readonly names?: readonly string[]; now?: typeof testNow },
  ) => {
    const { mustStaple = false, names = ["api.example.com"], now = testNow } = it;
    const issued = { certificate: await issueLeaf(answer, authority), chain: [] };
    const sans = names.map((name) => generalNameFromText(name));
    const draft = {
      request: stapled,
      names: { commonName: names[0] ?? "", sans },
      profile: { mustStaple },
      issuer: { id: "iss-acme" },
    };
    return accepted(issued, draft, null, now);
  };

  test("is taken when it is what was ordered", async () => {
    for (const [answer, mustStaple] of [
      [stapled, true],
      [stapled, false],
      [plain, false],
    ] as const) {
      const { certificate, leaf } = await judge(answer, { mustStaple });
      expect(leaf.fingerprint).toBe(fingerprintOf(certificate));
    }
  });

  test("is refused without must-staple where the profile demands it", async () => {
    await expect(judge(plain, { mustStaple: true })).rejects.toMatchObject({
      kind: "issuer-failed",
      detail:
        "iss-acme answered with a certificate that lacks must-staple (RFC 7633), which the profile demands",
    });
  });

  test("is refused with another key, without a name, or when it has expired", async () => {
    await expect(judge(other, {})).rejects.toThrow(/has another key/);
    await expect(judge(plain, { names: ["api.example.com", "b.test"] })).rejects.toThrow(
      /lacks the name b.test/,
    );
    const now = later(testNow, days(100));
    await expect(judge(plain, { now })).rejects.toThrow(/has expired already/);
  });
});
