/**
 * `GET /ui/live?at=PATH`: tells an open page that something about its subject has changed; the page then asks for itself
 * again. It carries no data of its own, so nothing is shown that the page would not show. It ends with the session, with
 * the server and after an hour; `Last-Event-ID` resumes, and a look in the background keeps no session alive.
 */
import { Problem } from "#base/problem.ts";
import { type Instant, instant, later, seconds, toRfc3339 } from "#base/time.ts";
import { type Audience, audienceOf } from "#features/overview/audience.ts";
import {
  lastPosition,
  positionBefore,
  type StreamedEvent,
} from "#features/overview/event-queries.ts";
import type { World } from "#jobs/world.ts";
import type { Identity } from "./authenticate.ts";
import { atOnce, longestStream, nextEvents, streamAnswer } from "./event-stream.ts";
import type { EventsParts } from "./events.ts";
import { type Subject, subjectOf } from "./live-subject.ts";
import { type App, tooMany } from "./shell.ts";

export interface LiveParts extends EventsParts {
  /** What the process was built from: a page of another build has other scripts. */
  readonly build: string;
}

/** More windows than anybody looks at; a page that is not looked at has no stream. */
const mostStreams = 20;
/** After so long without an event the session is looked at again, and the page hears that the server is there. */
const beat = seconds(15);

export function mountLive(parts: LiveParts): (app: App) => void {
  const { world, identify, stopping } = parts;
  const open = new Map<string, number>();
  return (app) => {
    app.get("/ui/live", async (c) => {
      const identity = () => identify(c.req.raw, c.get("address"));
      const first = await identity();
      const { actor } = first;
      if (audienceIn(first) === undefined) return streamAnswer(c.req.raw.signal, signedOut());
      const who = `${actor.type}:${actor.id}`;
      const count = open.get(who) ?? 0;
      if (count >= mostStreams) throw tooMany(seconds(60) / seconds(1));
      open.set(who, count + 1);
      c.env.door.extend(longestStream);
      const limit = AbortSignal.timeout(longestStream);
      const signal = AbortSignal.any([c.req.raw.signal, limit, stopping]);
      const release = once(() => {
        const left = (open.get(who) ?? 1) - 1;
        if (left > 0) open.set(who, left);
        else open.delete(who);
      });
      signal.addEventListener("abort", release, { once: true });
      const start = await startOf(world, {
        seen: c.req.header("last-event-id") ?? c.req.query("after"),
        since: c.req.query("since"),
      });
      const subject = subjectOf(pathIn(c.req.query("at")));
      return streamAnswer(signal, piecesOf(parts, { identity, subject, start, signal }), release);
    });
  };
}

const audienceIn = ({ actor }: Identity): Audience | undefined => audienceOf(actor);

function pathIn(at: string | undefined): string {
  if (at === undefined || !/^\/[\w./-]{0,200}$/.test(at)) {
    throw new Problem("invalid-input", "at must be the path of a page");
  }
  return at;
}

/** After what was seen; else after what the page knew when it was made; else from now on. */
async function startOf(
  world: World,
  it: { readonly seen: string | undefined; readonly since: string | undefined },
): Promise<number> {
  const { reader } = world.database;
  const seen = Number(it.seen ?? Number.NaN);
  if (Number.isSafeInteger(seen)) return seen;
  const since = Date.parse(it.since ?? "");
  return Number.isNaN(since)
    ? await lastPosition(reader)
    : await positionBefore(reader, instant(since));
}

interface Watching {
  readonly identity: () => Promise<Identity>;
  readonly subject: Subject;
  readonly start: number;
  readonly signal: AbortSignal;
}

/** `hello`, then `changed` at the pace of the page, `beat` in quiet times, and `ended` when the session is over. */
function piecesOf({ world, build }: LiveParts, it: Watching): () => Promise<string | undefined> {
  const { subject, signal } = it;
  let after = it.start;
  let told: Instant | undefined;
  let state: "new" | "open" | "over" = "new";
  const say = (event: string, data: object = {}) =>
    format(after, event, { now: toRfc3339(world.clock.now()), ...data });

  async function changes(audience: Audience): Promise<readonly StreamedEvent[]> {
    const until = later(world.clock.now(), beat);
    const found: StreamedEvent[] = [];
    for (let left = beat; left > 0 && !signal.aborted; left = until - world.clock.now()) {
      const { events, last } = await nextEvents({ world, audience, after, signal, patience: left });
      after = last;
      if (events.length === 0) break;
      found.push(...events.filter((event) => subject.concerns(event)));
      // What is there already is told together; what does not concern the page is not looked at each time it happens.
      if (events.length === atOnce) continue;
      if (found.length > 0) break;
      await world.clock.sleep(seconds(1), signal);
    }
    return found;
  }

  return async () => {
    if (state === "over") return undefined;
    if (state === "new") {
      state = "open";
      return `retry: 2000\n${say("hello", { build })}`;
    }
    const rest = told === undefined ? 0 : told + subject.pace - world.clock.now();
    if (rest > 0) await world.clock.sleep(rest, signal);
    const audience = audienceIn(await it.identity());
    if (audience === undefined) {
      state = "over";
      return say("ended");
    }
    const found = await changes(audience);
    if (found.length === 0) return say("beat");
    told = world.clock.now();
    return say("changed", { count: found.length });
  };
}

/** A status would be lost on a browser's event source, which only knows that it failed. */
function signedOut(): () => Promise<string | undefined> {
  const pieces = [format(0, "ended", {})];
  return async () => pieces.shift();
}

const format = (position: number, event: string, data: object): string =>
  `id: ${position}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
