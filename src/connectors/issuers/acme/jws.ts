/**
 * Requests signed as ACME wants them: flattened JWS with ES256 (RFC 8555 section 6.2, RFC 7515), the external account
 * binding with HS256 (section 7.3.4) and key authorizations (section 8.1). It does no I/O.
 */
import { createHash, createHmac, createPublicKey, type KeyObject, sign } from "node:crypto";
import { z } from "zod";
import { privateKeyFromDer } from "#pki/key.ts";

/** An account's key: P-256, because every ACME server takes it and signing costs 20 µs. */
export interface AccountKey {
  readonly privateKey: KeyObject;
  readonly jwk: Jwk;
  /** RFC 7638 section 3, SHA-256. */
  readonly thumbprint: string;
}

/** In the order of RFC 7638: the thumbprint is taken over this text. */
const Jwk = z
  .object({ crv: z.literal("P-256"), kty: z.literal("EC"), x: z.string(), y: z.string() })
  .transform(({ crv, kty, x, y }) => ({ crv, kty, x, y }));
type Jwk = z.output<typeof Jwk>;

export type Signed = {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
};

export function accountKeyOf(pkcs8: Uint8Array): AccountKey {
  const privateKey = privateKeyFromDer(pkcs8, "pkcs8");
  const jwk = Jwk.parse(createPublicKey(privateKey).export({ format: "jwk" }));
  return { privateKey, jwk, thumbprint: thumbprintOf(jwk) };
}

export const thumbprintOf = (jwk: Jwk): string =>
  createHash("sha256")
    .update(JSON.stringify(Jwk.parse(jwk)))
    .digest("base64url");

export interface Header {
  readonly url: string;
  readonly nonce: string;
  /** The account's URL; undefined where the account is made, which names the key instead. */
  readonly kid: string | undefined;
}

/** `payload` undefined is a POST-as-GET (RFC 8555 section 6.3). */
export function signRequest(key: AccountKey, header: Header, payload: unknown): Signed {
  const { url, nonce, kid } = header;
  const identity = kid === undefined ? { jwk: key.jwk } : { kid };
  const text = {
    protected: encode({ alg: "ES256", ...identity, nonce, url }),
    payload: payload === undefined ? "" : encode(payload),
  };
  const signature = sign("sha256", Buffer.from(`${text.protected}.${text.payload}`), {
    key: key.privateKey,
    dsaEncoding: "ieee-p1363",
  });
  return { ...text, signature: signature.toString("base64url") };
}

/** Says that the holder of the external account asks for this ACME account. */
export function bindExternally(
  key: AccountKey,
  url: string,
  account: { readonly kid: string; readonly hmac: string },
): Signed {
  const text = {
    protected: encode({ alg: "HS256", kid: account.kid, url }),
    payload: encode(key.jwk),
  };
  const signature = createHmac("sha256", Buffer.from(account.hmac, "base64url"))
    .update(`${text.protected}.${text.payload}`)
    .digest("base64url");
  return { ...text, signature };
}

export const keyAuthorization = (token: string, key: AccountKey): string =>
  `${token}.${key.thumbprint}`;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
