/** Signing requests for tests. */
import { generateKey, type KeyAlgorithm } from "#pki/key.ts";
import { nameFromText } from "#pki/name-text.ts";
import { encodePem } from "#pki/pem.ts";
import { buildRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";

export async function csr(
  names: readonly string[],
  options: {
    readonly subject?: string;
    readonly key?: KeyAlgorithm;
    readonly mustStaple?: boolean;
  } = {},
): Promise<string> {
  const privateKey = await generateKey(options.key ?? "ECDSA-P256");
  const subject = options.subject ?? `CN=${names[0]}`;
  const der = await buildRequest({
    subject: subject === "" ? [] : nameFromText(subject),
    subjectAltNames: names.map((name) => generalNameFromText(name)),
    privateKey,
    mustStaple: options.mustStaple ?? false,
  });
  return encodePem("CERTIFICATE REQUEST", der);
}
