/** Looks at endpoints until the expected leaf is seen everywhere or patience ends. */
import type { Clock, Milliseconds } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint, Seen } from "#connectors/host.ts";
import type { Look } from "./journal.ts";
import { type Observation, shows } from "./judge.ts";
import { formatEndpoint, probe } from "./probe.ts";

interface Watching {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface LookedBefore {
  readonly look: Look;
  readonly seen?: Seen;
  /** Why nothing was seen. */
  readonly reason?: string;
}

/** What is served before anything is changed. `nameFor` chooses the name for SNI. */
export async function lookBefore(
  endpoints: readonly Endpoint[],
  nameFor: (endpoint: Endpoint) => string | undefined,
  watching: Watching,
): Promise<readonly LookedBefore[]> {
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const { host, port, timeout } = endpoint;
      const serverName = nameFor(endpoint);
      const seen = await tryToSee({ host, port, timeout, serverName }, watching);
      const look = { host, port, timeout, ...(serverName === undefined ? {} : { serverName }) };
      if ("reason" in seen) return { look, reason: seen.reason };
      return { look: { ...look, before: seen.fingerprint }, seen };
    }),
  );
}

/** A reload is asynchronous and mostly done within milliseconds: looks often at first, every second later. */
const waits: readonly Milliseconds[] = [20, 40, 80, 160, 320, 640, 1_000];

export async function watchFor(
  expected: (look: Look) => string | undefined,
  looks: readonly Look[],
  patience: Milliseconds,
  watching: Watching,
): Promise<readonly Observation[]> {
  return Promise.all(looks.map((look) => watchOne(look, expected(look), patience, watching)));
}

/**
 * Seen once is not enough: NGINX lets old and new workers answer side by side for 100 ms (its master process sleeps that
 * long before it ends the old ones), so the new leaf counts when it is seen again after that.
 */
const confirmAfter: Milliseconds = 120;

async function watchOne(
  look: Look,
  expected: string | undefined,
  patience: Milliseconds,
  watching: Watching,
): Promise<Observation> {
  const { clock, signal } = watching;
  const until = clock.now() + patience;
  for (let attempt = 0; ; attempt++) {
    const observation = await observe(look, watching);
    const left = until - clock.now();
    if (expected !== undefined && shows(observation, expected)) {
      await clock.sleep(confirmAfter, signal);
      const again = await observe(look, watching);
      if (shows(again, expected)) return again;
    }
    if (left <= 0 || signal.aborted) return observation;
    await clock.sleep(Math.min(waits[attempt] ?? 1_000, left), signal);
  }
}

async function observe(look: Look, watching: Watching): Promise<Observation> {
  return {
    endpoint: formatEndpoint(look),
    serverName: look.serverName,
    before: look.before,
    after: await tryToSee(look, watching),
  };
}

async function tryToSee(look: Endpoint, watching: Watching): Promise<Seen | { reason: string }> {
  try {
    return await probe(look, look.serverName, watching);
  } catch (cause) {
    // That nothing can be seen is an answer here.
    if (cause instanceof ConnectorFailure) return { reason: cause.detail };
    throw cause;
  }
}
