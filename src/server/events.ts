/** `GET /api/v1/events`: what happens, as server-sent events. `Last-Event-ID` resumes; the team scope holds here as well. */
import { Problem } from "#base/problem.ts";
import { seconds } from "#base/time.ts";
import { type Audience, audienceOf } from "#features/overview/audience.ts";
import { lastPosition, type StreamedEvent } from "#features/overview/event-queries.ts";
import type { World } from "#jobs/world.ts";
import type { Identify } from "./authenticate.ts";
import { longestStream, nextEvents, streamAnswer } from "./event-stream.ts";
import type { App } from "./shell.ts";

export interface EventsParts {
  readonly world: World;
  readonly identify: Identify;
  /** Aborts when the server begins to stop: streams have no end of their own. */
  readonly stopping: AbortSignal;
}

export function mountEvents({ world, identify, stopping }: EventsParts): (app: App) => void {
  return (app) => {
    app.get("/api/v1/events", async (c) => {
      const { actor } = await identify(c.req.raw, c.get("address"));
      if (actor.type === "anonymous") throw new Problem("unauthenticated", "sign in first");
      const audience = audienceOf(actor);
      if (audience === undefined) throw new Problem("forbidden", "needs the permission jobs:read");
      c.env.door.extend(longestStream);
      const from = Number(c.req.header("last-event-id") ?? c.req.query("after") ?? Number.NaN);
      const start = Number.isSafeInteger(from) ? from : await lastPosition(world.database.reader);
      const limit = AbortSignal.timeout(longestStream);
      const signal = AbortSignal.any([c.req.raw.signal, limit, stopping]);
      return streamAnswer(signal, piecesOf(world, audience, start, signal));
    });
  };
}

/** Greets, then gives the next events, or a comment after a quiet while that keeps proxies from closing. */
function piecesOf(world: World, audience: Audience, start: number, signal: AbortSignal) {
  let after = start;
  let greeted = false;
  return async (): Promise<string> => {
    if (!greeted) {
      greeted = true;
      return "retry: 2000\n\n";
    }
    const { events, last } = await nextEvents({
      world,
      audience,
      after,
      signal,
      patience: seconds(15),
    });
    after = last;
    return events.length > 0 ? events.map(format).join("") : ": still here\n\n";
  };
}

const format = (event: StreamedEvent): string =>
  `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
