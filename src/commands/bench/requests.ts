/** Signing requests as clients of a measurement send them: P-256, each with a key of its own. */
import { generateKey } from "#pki/key.ts";
import { nameFromText } from "#pki/name-text.ts";
import { encodePem } from "#pki/pem.ts";
import { buildRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";

export async function requestFor(name: string): Promise<string> {
  const der = await buildRequest({
    subject: nameFromText(`CN=${name}`),
    subjectAltNames: [generalNameFromText(name)],
    privateKey: await generateKey("ECDSA-P256"),
  });
  return encodePem("CERTIFICATE REQUEST", der);
}
