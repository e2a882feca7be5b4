/** `GET /api/v1/events`: what happens, as server-sent events. `Last-Event-ID` resumes; the team scope holds here as well. */
import { Problem } from "#base/problem.ts";
import { hours, seconds } from "#base/time.ts";
import { scopeOf, type TeamScope } from "#features/context.ts";
import { lastPosition, listEventsAfter } from "#features/overview/event-queries.ts";
import type { World } from "#jobs/world.ts";
import type { Identify } from "./authenticate.ts";
import type { App } from "./shell.ts";

export interface EventsParts {
  readonly world: World;
  readonly identify: Identify;
  /** Aborts when the server begins to stop: streams have no end of their own. */
  readonly stopping: AbortSignal;
}

/** Bounded: a browser reconnects by itself and resumes. */
const longest = hours(1);
const atOnce = 200;

export function mountEvents({ world, identify, stopping }: EventsParts): (app: App) => void {
  return (app) => {
    app.get("/api/v1/events", async (c) => {
      const { actor } = await identify(c.req.raw, c.get("address"));
      if (actor.type === "anonymous") throw new Problem("unauthenticated", "sign in first");
      const scope = scopeOf(actor, "jobs:read");
      if (scope === undefined) throw new Problem("forbidden", "needs the permission jobs:read");
      c.env.door.extend(longest);
      const from = Number(c.req.header("last-event-id") ?? c.req.query("after") ?? Number.NaN);
      const start = Number.isSafeInteger(from) ? from : await lastPosition(world.database.reader);
      const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(longest), stopping]);
      return new Response(streamOf(world, scope, start, signal), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    });
  };
}

/** Pulled: between two pieces nothing is held, and a slow client only slows itself. */
function streamOf(
  world: World,
  scope: TeamScope,
  start: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let position = start;
  let greeted = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!greeted) {
        greeted = true;
        controller.enqueue(encoder.encode("retry: 2000\n\n"));
        return;
      }
      const text = await nextPiece();
      if (signal.aborted) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
  });

  /** The next events, or a comment after a quiet while that keeps proxies from closing. */
  async function nextPiece(): Promise<string> {
    for (let quiet = 0; quiet < 15 && !signal.aborted; quiet++) {
      const { events, last } = await listEventsAfter(
        world.database.reader,
        scope,
        position,
        atOnce,
      );
      position = last;
      if (events.length > 0) return events.map(format).join("");
      await pause();
    }
    return ": still here\n\n";
  }

  /** Positions are what a wake only announces: look every second all the same. */
  async function pause(): Promise<void> {
    const woken = new AbortController();
    const topic = world.database.engine === "postgres" ? "positions" : "events";
    const forget = world.database.onWake(topic, () => woken.abort());
    await world.clock.sleep(seconds(1), AbortSignal.any([woken.signal, signal]));
    forget();
  }
}

interface Sent {
  readonly position: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const format = (event: Sent): string =>
  `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
