/** Asking again until the server has made up its mind: as often as `Retry-After` says, and not for ever. */
import type { z } from "zod";
import { later, type Milliseconds, seconds } from "#base/time.ts";
import { ConnectorFailure } from "../../failure.ts";
import { understood } from "./poster.ts";
import { jobWait } from "./refusal.ts";
import type { Session } from "./session.ts";
import type { Stage } from "./wire.ts";

/** Where the server does not say when to come back. */
const waits: readonly Milliseconds[] = [100, 200, 400, 800, 1_600, seconds(3), seconds(5)];
const shortest: Milliseconds = 100;

export interface Polled<T> {
  readonly stage: Stage;
  readonly url: string;
  readonly schema: z.ZodType<T>;
  /** `the order`, for the failure's sentence. */
  readonly what: string;
  readonly isSettled: (document: T) => boolean;
  /** What the server asked to wait before the first look. */
  readonly wait?: Milliseconds | undefined;
}

/**
 * The document once it is settled. Throws `ConnectorFailure` when the server wants more time than the attempt has: the
 * order is kept, and the next attempt goes on where this one gave up.
 */
export async function poll<T>(session: Session, it: Polled<T>): Promise<T> {
  const { host } = session;
  const { stage, url, what } = it;
  if (it.wait !== undefined) await pause(session, it, it.wait);
  for (let round = 0; ; round++) {
    const reply = await session.post({ stage, url, payload: undefined });
    const document = understood(it.schema, reply, { stage, what });
    if (it.isSettled(document)) return document;
    const usual = waits[Math.min(round, waits.length - 1)] ?? seconds(5);
    await pause(session, it, reply.retryAfter(host.clock.now()) ?? usual);
  }
}

async function pause(
  { host, signal, deadline }: Session,
  it: { readonly stage: Stage; readonly url: string; readonly what: string },
  asked: Milliseconds,
): Promise<void> {
  const wait = Math.max(asked, shortest);
  if (later(host.clock.now(), wait) > deadline) {
    const detail = `${new URL(it.url).host} is still busy with ${it.what}; it is asked again later`;
    const { stage } = it;
    throw new ConnectorFailure(detail, { stage, retryable: true, retryAfter: jobWait(wait) });
  }
  await host.clock.sleep(wait, signal);
  signal.throwIfAborted();
}
