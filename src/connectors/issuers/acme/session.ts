/** A conversation with one ACME server under one account: directory, key, account, signed requests. */
import { type Instant, later, type Milliseconds, minutes } from "#base/time.ts";
import { ConnectorFailure } from "../../failure.ts";
import type { AcmeConfig } from "../acme.config.ts";
import type { IssuerHost } from "../issuer.ts";
import { accountKey, isUnknownAccount, openAccount, register } from "./account.ts";
import { Directory } from "./documents.ts";
import type { AccountKey } from "./jws.ts";
import { type Post, posterOf, understood } from "./poster.ts";
import { refusalOf } from "./refusal.ts";
import { type Reply, send, type Wire } from "./wire.ts";

export interface Session {
  readonly host: IssuerHost;
  readonly config: AcmeConfig;
  readonly directory: Directory;
  readonly key: AccountKey;
  readonly signal: AbortSignal;
  /** When this attempt stops waiting for the server. */
  readonly deadline: Instant;
  /** The account's URL. */
  account(): string;
  /** A request of the account. Throws `ConnectorFailure`. */
  post(it: Omit<Post, "kid">): Promise<Reply>;
}

/** Less than the job's ten minutes: an attempt ends with its own sentence, not cut off. */
const patience: Milliseconds = minutes(8);

export async function openSession(
  host: IssuerHost,
  config: AcmeConfig,
  signal: AbortSignal,
): Promise<Session> {
  const { fetch, clock, state } = host;
  const wire: Wire = { fetch, clock, caBundle: config.ca_bundle, insecure: config.insecure };
  const directory = await loadDirectory(wire, config.directory_url, signal);
  const key = await accountKey(state, config);
  const poster = posterOf(wire, { newNonce: directory.newNonce, key, signal });
  const registering = { state, config, directory, key, poster };
  let account = await openAccount(registering);
  return {
    host,
    config,
    directory,
    key,
    signal,
    deadline: later(clock.now(), patience),
    account: () => account.url,
    async post(it) {
      const kid = account.url;
      try {
        return await poster({ ...it, kid });
      } catch (error) {
        if (!isUnknownAccount(error)) throw error;
        account = await register(registering);
        return await poster({ ...it, kid: account.url });
      }
    },
  };
}

async function loadDirectory(wire: Wire, url: string, signal: AbortSignal): Promise<Directory> {
  const stage = "directory";
  const reply = await send(wire, { stage, method: "GET", url }, signal);
  if (reply.status >= 300 && reply.status < 400) {
    const detail = `${reply.host} sends on to ${reply.location ?? "nowhere"}; give that as directory_url`;
    throw new ConnectorFailure(detail, { stage, retryable: false });
  }
  if (!reply.ok) throw refusalOf(stage, reply, wire.clock.now());
  return understood(Directory, reply, { stage, what: "an ACME directory" });
}
