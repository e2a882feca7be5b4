/**
 * An ACME CA as an issuer (RFC 8555): DNS names and IP addresses, proved by http-01 at our plain-HTTP door. A repeated
 * call for the same order id goes on with the same order. It does not revoke, and it leaves the dates to the CA.
 */
import { download } from "./acme/chain.ts";
import { identifiersOf } from "./acme/identifier.ts";
import { fulfil, requireProfile } from "./acme/order.ts";
import { openSession, type Session } from "./acme/session.ts";
import { acmeKind } from "./acme.config.ts";
import { issuer } from "./issuer.ts";

export const acme = issuer({
  ...acmeKind,
  async issue(host, config, request, signal) {
    // Before anything is said to the server.
    identifiersOf(request.subjectAltNames);
    const session = await openSession(host, config, signal);
    return await download(session, await fulfil(session, request));
  },
  async test(host, config, signal) {
    const session = await openSession(host, config, signal);
    const url = session.account();
    // The account is read, not only remembered: the server may have closed it.
    await session.post({ stage: "account", url, payload: undefined });
    if (config.profile !== undefined) requireProfile(session.directory, config.profile);
    return described(session);
  },
});

function described(session: Session): string {
  const { meta } = session.directory;
  const profiles = Object.keys(meta.profiles ?? {});
  return [
    `reached ${new URL(session.config.directory_url).host}`,
    `account ${session.account()} is ready`,
    `terms of service: ${meta.termsOfService ?? "none named"}`,
    `external account: ${meta.externalAccountRequired === true ? "required" : "not required"}`,
    `profiles: ${profiles.length > 0 ? profiles.join(", ") : "none"}`,
  ].join("; ");
}
