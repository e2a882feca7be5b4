/**
 * The account at an ACME server (RFC 8555 section 7.3). Its key is made once per issuer and server and kept sealed before
 * the server hears of it, so that every replica and every restart uses the same account; a server answers a key that it
 * knows with its account, so a repeated registration does no harm.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { encodePrivateKey, generateKey } from "#pki/key.ts";
import { ConnectorFailure } from "../../failure.ts";
import type { AcmeConfig } from "../acme.config.ts";
import type { IssuerHost } from "../issuer.ts";
import type { Directory } from "./documents.ts";
import { type AccountKey, accountKeyOf, bindExternally } from "./jws.ts";
import type { Poster } from "./poster.ts";
import { AcmeRefusal } from "./refusal.ts";

/** What is kept of it. */
const Account = z.object({ url: z.string(), contact: z.array(z.string()) });
export type Account = z.output<typeof Account>;

type State = IssuerHost["state"];

/** Another directory URL is another server, with an account of its own. */
function stateName(config: AcmeConfig, what: string): string {
  const server = createHash("sha256").update(config.directory_url).digest("hex").slice(0, 16);
  return `${what}/${server}`;
}

/** The key of the account, made and sealed at the first use. */
export async function accountKey(state: State, config: AcmeConfig): Promise<AccountKey> {
  const name = stateName(config, "account-key");
  const known = await state.load(name);
  if (known) return accountKeyOf(known);
  return accountKeyOf(await state.keep(name, encodePrivateKey(await generateKey("ECDSA-P256"))));
}

export interface Registering {
  readonly state: State;
  readonly config: AcmeConfig;
  readonly directory: Directory;
  readonly key: AccountKey;
  readonly poster: Poster;
}

/** The account as it is known here, else registered; with the contact that is configured. */
export async function openAccount(it: Registering): Promise<Account> {
  const sealed = await it.state.load(stateName(it.config, "account"));
  if (!sealed) return await register(it);
  const account = Account.parse(JSON.parse(Buffer.from(sealed).toString("utf8")));
  return await withContact(it, account);
}

/** Makes the account, or finds the one that the server has for this key. */
export async function register(it: Registering): Promise<Account> {
  const { config, directory, key, poster } = it;
  const stage = "account";
  const external = externalAccount(config);
  if (directory.meta.externalAccountRequired === true && external === undefined) {
    const detail =
      "the CA demands an external account: give eab_kid and eab_hmac as it handed them out";
    throw new ConnectorFailure(detail, { stage, retryable: false });
  }
  const url = directory.newAccount;
  const contact = contactOf(config);
  const reply = await poster({
    stage,
    url,
    kid: undefined,
    payload: {
      termsOfServiceAgreed: true,
      ...(contact.length > 0 ? { contact } : {}),
      ...(external ? { externalAccountBinding: bindExternally(key, url, external) } : {}),
    },
  });
  if (reply.location === undefined) {
    const detail = `${reply.host} does not say where the account is`;
    throw new ConnectorFailure(detail, { stage, retryable: true });
  }
  // One that was there already (200) keeps its contacts until it is told others.
  const known = reply.status === 201 ? contact : [];
  const account = { url: reply.location, contact: [...known] };
  return await withContact(it, await keep(it, account));
}

const contactOf = (config: AcmeConfig): readonly string[] =>
  config.email === undefined ? [] : [`mailto:${config.email}`];

function externalAccount(config: AcmeConfig): { kid: string; hmac: string } | undefined {
  const { eab_kid: kid, eab_hmac: hmac } = config;
  return kid === undefined || hmac === undefined ? undefined : { kid, hmac };
}

/** Tells the server another contact than the one it has. */
async function withContact(it: Registering, account: Account): Promise<Account> {
  const contact = [...contactOf(it.config)];
  if (contact.length === 0 || contact.join() === account.contact.join()) return account;
  const { url } = account;
  try {
    await it.poster({ stage: "account", url, kid: url, payload: { contact } });
  } catch (error) {
    if (!isUnknownAccount(error)) throw error;
    return await register(it);
  }
  return await keep(it, { url, contact });
}

/** The server lost its accounts: a test server, a restored backup. */
export const isUnknownAccount = (error: unknown): boolean =>
  error instanceof AcmeRefusal && error.type === "accountDoesNotExist";

async function keep({ state, config }: Registering, account: Account): Promise<Account> {
  await state.save(stateName(config, "account"), Buffer.from(JSON.stringify(account)));
  return account;
}
