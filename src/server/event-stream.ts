/**
 * Server-sent events over the outbox: waiting for what happens next, and the body of an answer that is pulled piece by
 * piece, so that between two pieces nothing is held and a slow client only slows itself.
 */
import { hours, type Milliseconds, seconds } from "#base/time.ts";
import type { Audience } from "#features/overview/audience.ts";
import { listEventsAfter, type StreamedEvent } from "#features/overview/event-queries.ts";
import type { World } from "#jobs/world.ts";

/** Bounded: a browser reconnects by itself and resumes. */
export const longestStream = hours(1);
/** Events of one look; fewer than that were all there are. */
export const atOnce = 200;

export interface Following {
  readonly world: World;
  readonly audience: Audience;
  /** The last position that was seen. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** Answers with nothing after a quiet while of this length. */
  readonly patience: Milliseconds;
}

/** The next events that the caller may see, at most 200, and how far was looked. */
export async function nextEvents(it: Following): Promise<{
  readonly events: readonly StreamedEvent[];
  readonly last: number;
}> {
  const { world, audience, signal, patience } = it;
  let last = it.after;
  for (let quiet = 0; quiet < patience && !signal.aborted; quiet += seconds(1)) {
    const found = await listEventsAfter(world.database.reader, audience, last, atOnce);
    last = found.last;
    if (found.events.length > 0) return found;
    await pause(world, signal);
  }
  return { events: [], last };
}

/** Positions are what a wake only announces: look every second all the same. */
async function pause(world: World, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const topic = world.database.engine === "postgres" ? "positions" : "events";
  const forget = world.database.onWake(topic, () => woken.abort());
  await world.clock.sleep(seconds(1), AbortSignal.any([woken.signal, signal]));
  forget();
}

/** An answer of the pieces that `next` gives, until the signal aborts or it gives undefined. */
export function streamAnswer(
  signal: AbortSignal,
  next: () => Promise<string | undefined>,
  end: () => void = () => undefined,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = await next();
      if (text !== undefined && !signal.aborted) return controller.enqueue(encoder.encode(text));
      end();
      controller.close();
    },
    cancel: end,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      // Kept alive, a server that stops would wait for whatever the browser asks next on it.
      connection: "close",
      // nginx in front would wait until it has a page full.
      "x-accel-buffering": "no",
    },
  });
}
