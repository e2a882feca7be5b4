/**
 * Signed requests with their nonces (RFC 8555 sections 6.2 to 6.5). A refused nonce is replaced by the one that came
 * with the refusal, a bounded number of times.
 */
import type { z } from "zod";
import { ConnectorFailure } from "../../failure.ts";
import { type AccountKey, signRequest } from "./jws.ts";
import { refusalOf } from "./refusal.ts";
import { type Reply, type Stage, send, type Wire } from "./wire.ts";

export interface Post {
  readonly stage: Stage;
  readonly url: string;
  /** The account's URL; undefined where the account is made. */
  readonly kid: string | undefined;
  /** Undefined is a POST-as-GET. */
  readonly payload: unknown;
  readonly accept?: string | undefined;
}

/** Returns a success. Throws `ConnectorFailure`. */
export type Poster = (it: Post) => Promise<Reply>;

/** Servers refuse nonces by design now and then: with one refusal in two, one request in a million fails. */
const nonceAttempts = 20;

export function posterOf(
  wire: Wire,
  it: { readonly newNonce: string; readonly key: AccountKey; readonly signal: AbortSignal },
): Poster {
  const { newNonce, key, signal } = it;
  let kept: string | undefined;

  async function nonceFor(stage: Stage): Promise<string> {
    const nonce = kept;
    kept = undefined;
    if (nonce !== undefined) return nonce;
    const reply = await send(wire, { stage, method: "HEAD", url: newNonce }, signal);
    if (reply.nonce !== undefined) return reply.nonce;
    if (!reply.ok) throw refusalOf(stage, reply, wire.clock.now());
    throw new ConnectorFailure(`${reply.host} gave no nonce`, { stage, retryable: true });
  }

  return async ({ stage, url, kid, payload, accept }) => {
    for (let attempt = 1; ; attempt++) {
      const nonce = await nonceFor(stage);
      const body = JSON.stringify(signRequest(key, { url, nonce, kid }, payload));
      const reply = await send(wire, { stage, method: "POST", url, body, accept }, signal);
      kept = reply.nonce;
      if (reply.ok) return reply;
      const refusal = refusalOf(stage, reply, wire.clock.now());
      if (refusal.type !== "badNonce" || attempt === nonceAttempts) throw refusal;
    }
  };
}

/** The document in a reply. Throws `ConnectorFailure` when the reply is something else. */
export function understood<T>(
  schema: z.ZodType<T>,
  reply: Reply,
  expected: { readonly stage: Stage; readonly what: string },
): T {
  const parsed = schema.safeParse(reply.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".");
  const where = issue && at ? ` (${at}: ${issue.message})` : "";
  throw new ConnectorFailure(
    `${reply.host} answered with something that is not ${expected.what}${where}`,
    { stage: expected.stage, retryable: true },
  );
}
