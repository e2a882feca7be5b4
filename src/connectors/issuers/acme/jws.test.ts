import { describe, expect, test } from "bun:test";
import { createHmac, createPublicKey, verify } from "node:crypto";
import { encodePrivateKey, generateKey } from "#pki/key.ts";
import { accountKeyOf, bindExternally, signRequest, thumbprintOf } from "./jws.ts";

const key = accountKeyOf(encodePrivateKey(await generateKey("ECDSA-P256")));
const decode = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString());

describe("signing", () => {
  test("RFC 9449 section 6.1: the thumbprint of a P-256 key", () => {
    const thumbprint = thumbprintOf({
      kty: "EC",
      x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
      y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
      crv: "P-256",
    });
    expect(thumbprint).toBe("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
  });

  test("a request is an ES256 JWS over header and payload, with the account's URL", () => {
    const header = { url: "https://ca.test/o", nonce: "bm8", kid: "https://ca.test/a/1" };
    const signed = signRequest(key, header, { identifiers: [] });
    expect(decode(signed.protected)).toEqual({ alg: "ES256", ...header });
    expect(decode(signed.payload)).toEqual({ identifiers: [] });
    const data = Buffer.from(`${signed.protected}.${signed.payload}`);
    const publicKey = createPublicKey({ key: key.jwk, format: "jwk" });
    const signature = Buffer.from(signed.signature, "base64url");
    expect(signature).toHaveLength(64);
    expect(verify("sha256", data, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(
      true,
    );
  });

  test("names the key where there is no account yet, and only its public half", () => {
    const signed = signRequest(key, { url: "u", nonce: "n", kid: undefined }, {});
    expect(decode(signed.protected)).toEqual({ alg: "ES256", nonce: "n", url: "u", jwk: key.jwk });
    expect(Object.keys(key.jwk)).toEqual(["crv", "kty", "x", "y"]);
  });

  test("a POST-as-GET has an empty payload, not an empty object", () => {
    expect(signRequest(key, { url: "u", nonce: "n", kid: "k" }, undefined).payload).toBe("");
  });

  test("an external account signs the account's key with its HMAC key", () => {
    const bound = bindExternally(key, "https://ca.test/new", { kid: "kid-1", hmac: "c2VjcmV0" });
    expect(decode(bound.protected)).toEqual({
      alg: "HS256",
      kid: "kid-1",
      url: "https://ca.test/new",
    });
    expect(decode(bound.payload)).toEqual(key.jwk);
    const expected = createHmac("sha256", "secret").update(`${bound.protected}.${bound.payload}`);
    expect(bound.signature).toBe(expected.digest("base64url"));
  });
});
