/** What a profile permits, as people would say it. */
import { seconds } from "#base/time.ts";
import type { AllowedKey, ProfileRules } from "#features/profiles/profile.ts";
import { exactly } from "../span.ts";

const grouped = (n: number): string => n.toLocaleString("en-US");

/** `RSA from 2,048 bits`. A key of Ed25519 has one size. */
export const keyWords = ({ algorithm, minSize }: AllowedKey): string =>
  algorithm === "Ed25519" || minSize === 0
    ? algorithm
    : `${algorithm} from ${grouped(minSize)} bits`;

/** For rows: `ECDSA 256, RSA 2,048, Ed25519`. */
export const keysInShort = (keys: readonly AllowedKey[]): string =>
  keys
    .map(({ algorithm, minSize }) =>
      algorithm === "Ed25519" || minSize === 0 ? algorithm : `${algorithm} ${grouped(minSize)}+`,
    )
    .join(", ");

export type Purpose = ProfileRules["allowedEkus"][number];

export const purposes: Readonly<Record<Purpose, string>> = {
  serverAuth: "TLS servers",
  clientAuth: "TLS clients",
  codeSigning: "Code signing",
  emailProtection: "E-mail",
  timeStamping: "Time stamps",
};

export const purposesInShort = (all: readonly Purpose[]): string =>
  all.map((it, at) => (at === 0 ? purposes[it] : lower(purposes[it]))).join(", ");

/** Abbreviations keep their capitals. */
const lower = (text: string): string =>
  /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);

/** `At most 90 days`. */
export const validityWords = ({ maxTtlSeconds }: Pick<ProfileRules, "maxTtlSeconds">): string =>
  maxTtlSeconds === 0 ? "As the issuer allows" : `At most ${exactly(seconds(maxTtlSeconds))}`;
