/**
 * Proving control of names by http-01 (RFC 8555 section 8.3): the answers are published at our plain-HTTP door before
 * the server is told to look, by whichever replica it asks.
 */
import { later, minutes } from "#base/time.ts";
import { ConnectorFailure } from "../../failure.ts";
import { Authorization, type Challenge } from "./documents.ts";
import { keyAuthorization } from "./jws.ts";
import { poll } from "./poll.ts";
import { understood } from "./poster.ts";
import { refusedNames } from "./refusal.ts";
import type { Session } from "./session.ts";

const stage = "challenge";
const what = "an authorization";

interface Open {
  readonly url: string;
  readonly name: string;
  readonly challenge: Challenge;
  readonly token: string;
}

/** Returns when every authorization is valid; those that are already are passed over. Throws `ConnectorFailure`. */
export async function authorize(session: Session, urls: readonly string[]): Promise<void> {
  const open: Open[] = [];
  for (const url of urls) {
    const reply = await session.post({ stage, url, payload: undefined });
    const authorization = understood(Authorization, reply, { stage, what });
    if (authorization.status === "valid") continue;
    if (authorization.status !== "pending") throw refused([authorization]);
    open.push({ url, ...http01Of(authorization) });
  }
  if (open.length === 0) return;
  try {
    await present(session, open);
    await answer(session, open);
  } finally {
    // A stopped attempt goes on elsewhere while the server may be looking: the answers end by their own time.
    if (!session.signal.aborted) await withdraw(session, open);
  }
}

function http01Of(authorization: Authorization): Omit<Open, "url"> {
  const { identifier, challenges } = authorization;
  const challenge = challenges.find((it) => it.type === "http-01");
  if (challenge?.token === undefined) {
    const offered = challenges.map((it) => it.type).join(", ") || "none";
    const detail = `the CA does not offer http-01 for ${identifier.value}, only ${offered}`;
    throw new ConnectorFailure(detail, { stage, retryable: false });
  }
  return { name: identifier.value, challenge, token: challenge.token };
}

async function present(session: Session, open: readonly Open[]): Promise<void> {
  const { http01 } = session.host;
  // A little longer than anybody waits for them.
  const until = later(session.deadline, minutes(2));
  for (const { token } of open) {
    await http01.present(token, keyAuthorization(token, session.key), until);
  }
}

/** All are told first and then waited for, so that the server looks at all names at once. */
async function answer(session: Session, open: readonly Open[]): Promise<void> {
  for (const { challenge } of open) {
    // One that an interrupted attempt had answered is being looked at already.
    if (challenge.status !== "pending") continue;
    await session.post({ stage, url: challenge.url, payload: {} });
  }
  const bad: Authorization[] = [];
  for (const { url, name } of open) {
    const settled = await poll(session, {
      stage,
      url,
      schema: Authorization,
      what: `the validation of ${name}`,
      isSettled: (it) => it.status !== "pending",
    });
    if (settled.status !== "valid") bad.push(settled);
  }
  if (bad.length > 0) throw refused(bad);
}

const refused = (bad: readonly Authorization[]) =>
  refusedNames(
    stage,
    bad.map(({ identifier, challenges, status }) => ({
      name: identifier.value,
      error: challenges.find((it) => it.error !== undefined)?.error ?? {
        type: "about:blank",
        detail: `the authorization is ${status}`,
        subproblems: [],
      },
    })),
  );

async function withdraw(session: Session, open: readonly Open[]): Promise<void> {
  for (const { token } of open) await session.host.http01.withdraw(token);
}
