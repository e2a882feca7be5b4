/** Chains under name constraints for tests: a root, a CA below it, a leaf, each with any names and constraints. */
import { generateKeyPairSync } from "node:crypto";
import { days, instant } from "#base/time.ts";
import { signCertificate } from "#pki/certificate.ts";
import { type ForeignCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import * as der from "#pki/der.ts";
import { basicConstraintsExtension, encodeExtension, keyUsageExtension } from "#pki/extensions.ts";
import { ipFromText } from "#pki/ip-address.ts";
import { type DistinguishedName, encodeName } from "#pki/name.ts";
import { nameFromText } from "#pki/name-text.ts";
import { oids } from "#pki/oid.ts";
import { SerialNumber } from "#pki/serial-number.ts";
import { softwareSigner } from "#pki/signer.ts";
import { encodeGeneralName } from "#pki/subject-alt-name.ts";
import { validityFrom } from "#pki/validity.ts";

/** `dns:a.test`, `ip:10.0.0.0/8`, `dir:CN=x,C=DE`, `email:a@b.test`, `uri:…`, `id:1.2.3`; an address of a name has no prefix. */
export type NameText = string;

export interface Constraints {
  readonly permitted?: readonly NameText[];
  readonly excluded?: readonly NameText[];
}

export interface ChainSpec {
  readonly root?: Constraints | undefined;
  readonly ca?: Constraints | undefined;
  readonly caSubject?: DistinguishedName;
  readonly leafSubject?: DistinguishedName;
  readonly names?: readonly NameText[];
  /** GeneralNames, DER, beside `names`. */
  readonly rawNames?: readonly Uint8Array[];
  /** A whole extension of the CA. */
  readonly raw?: Uint8Array;
}

export interface ConstrainedChain {
  readonly root: ForeignCertificate;
  readonly ca: ForeignCertificate;
  readonly leaf: ForeignCertificate;
}

/** OpenSSL takes the time of the machine. */
const validity = validityFrom(instant(0), days(365 * 130));
const keys = [0, 1, 2].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const [rootSigner, caSigner, leafSigner] = keys.map((key) => softwareSigner(key));
const rootName = nameFromText("CN=Root");

export async function chainOf(spec: ChainSpec): Promise<ConstrainedChain> {
  if (!rootSigner || !caSigner || !leafSigner) throw new Error("no keys");
  const { caSubject = nameFromText("CN=CA"), leafSubject = nameFromText("CN=leaf") } = spec;
  const ca = [basicConstraintsExtension({ ca: true, pathLen: undefined })];
  const signing = keyUsageExtension(["keyCertSign"]);
  const make = async (
    subject: DistinguishedName,
    issuer: DistinguishedName,
    extensions: readonly Uint8Array[],
    [own, signer]: readonly [typeof caSigner, typeof caSigner],
  ) =>
    parseForeignCertificate(
      await signCertificate(
        {
          serialNumber: SerialNumber.parse(Math.max(1, extensions.length).toString(16)),
          issuer: encodeName(issuer),
          validity,
          subject: encodeName(subject),
          publicKey: own.publicKey,
          extensions,
        },
        signer,
      ),
    );
  const sans = [...(spec.names ?? []).map(generalNameOf), ...(spec.rawNames ?? [])];
  const san = encodeExtension(oids.subjectAltName, false, der.sequence(...sans));
  const of = (it: Constraints | undefined) => (it ? [constraintsExtension(it)] : []);
  return {
    root: await make(
      rootName,
      rootName,
      [...ca, signing, ...of(spec.root)],
      [rootSigner, rootSigner],
    ),
    ca: await make(
      caSubject,
      rootName,
      [...ca, signing, ...of(spec.ca), ...(spec.raw ? [spec.raw] : [])],
      [caSigner, rootSigner],
    ),
    leaf: await make(
      leafSubject,
      caSubject,
      sans.length > 0 ? [san] : [keyUsageExtension(["digitalSignature"])],
      [leafSigner, caSigner],
    ),
  };
}

export function constraintsExtension({ permitted = [], excluded = [] }: Constraints): Uint8Array {
  const subtrees = (number: number, texts: readonly NameText[]) =>
    texts.length === 0
      ? []
      : [der.context(number, ...texts.map((text) => der.sequence(generalNameOf(text))))];
  const value = der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
  return encodeExtension(oids.nameConstraints, true, value);
}

export function generalNameOf(text: NameText): Uint8Array {
  const [, form = "", value = ""] = /^(\w+):(.*)$/s.exec(text) ?? [];
  if (form === "dir") return der.context(4, encodeName(nameFromText(value)));
  if (form === "id") return der.contextPrimitive(8, der.objectIdentifier(value).subarray(2));
  if (form === "ip") return der.contextPrimitive(7, addressOf(value));
  if (form !== "dns" && form !== "email" && form !== "uri") throw new Error(`no name: ${text}`);
  return encodeGeneralName({ type: form, value });
}

function addressOf(text: string): Uint8Array {
  const [address = "", prefix] = text.split("/");
  const octets = ipFromText(address);
  if (!octets) throw new Error(`no address: ${text}`);
  if (prefix === undefined) return octets;
  const mask = octets.map(
    (_, i) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Number(prefix) - 8 * i))),
  );
  return Buffer.concat([octets, mask]);
}
