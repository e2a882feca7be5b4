/**
 * The doors: HTTPS and plain HTTP on Bun.serve. Bun cannot swap a certificate in place, so a new one starts a second
 * server on the same port (reusePort) and the first is stopped once it has drained.
 */
import type { Log } from "#base/log.ts";
import { Mistake } from "#base/mistake.ts";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { Door } from "./door.ts";
import type { Shell } from "./shell.ts";

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

export interface DoorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly app: Shell;
  readonly log: Log;
  readonly clock: Clock;
}

export interface OpenDoor {
  readonly port: number;
  replaceCertificate(tls: Tls): Promise<void>;
  /** Refuses new connections, lets requests finish for `grace`, then cuts them. */
  stop(grace: Milliseconds): Promise<void>;
}

type BunServer = ReturnType<typeof Bun.serve>;

/** Idle connections are closed after this; slow requests ask for more time by `Door.extend`. */
const idleSeconds = 60;

export function openDoor(
  name: "https" | "http",
  options: DoorOptions,
  tls: Tls | undefined,
): OpenDoor {
  refuseTaken(options);
  let server = start(name, options, tls, options.port);
  const port = server.port ?? options.port;
  return {
    port,
    async replaceCertificate(next) {
      const old = server;
      server = start(name, options, next, port);
      // Closing a socket resets what waits in its queue, so it is closed when the loop has just emptied it, not in the
      // same turn that made the new one.
      await options.clock.sleep(seconds(0.05));
      // Long polls and streams on the old one end within their own time; what is left then is cut.
      await drain(old, seconds(35), options.clock);
    },
    stop: (grace) => drain(server, grace, options.clock),
  };
}

export const cannotListen = (host: string, port: number, cause: unknown): Mistake =>
  new Mistake(`cannot listen on ${host}:${port}: it is in use, or not allowed here`, { cause });

/** Two processes may share a port here, which replacing a certificate needs, but nobody should share one by mistake. */
function refuseTaken({ host, port }: DoorOptions): void {
  if (port === 0) return;
  try {
    Bun.listen({ hostname: host, port, socket: { data: () => undefined } }).stop(true);
  } catch (error) {
    throw cannotListen(host, port, error);
  }
}

function start(
  name: "https" | "http",
  options: DoorOptions,
  tls: Tls | undefined,
  port: number,
): BunServer {
  return Bun.serve({
    hostname: options.host,
    port,
    reusePort: true,
    idleTimeout: idleSeconds,
    // Bun's own 413 is empty, so it never comes: the app answers with a problem, by the declared size or by counting
    // what it reads. What nobody reads is not kept: 900 MB to a handler that slept took 2 MB of memory.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    ...(tls ? { tls: { key: tls.key, cert: tls.cert } } : {}),
    fetch(request, server) {
      const door: Door = {
        name,
        peer: server.requestIP(request)?.address ?? null,
        extend: (milliseconds) => server.timeout(request, Math.ceil(milliseconds / 1_000) + 5),
      };
      return options.app.fetch(request, { door });
    },
    error(error) {
      options.log.error({ err: error }, "a request failed outside of the app");
      return new Response("internal error\n", { status: 500 });
    },
  });
}

/** What is sent off may still be on its way: only after so many quiet looks is the rest cut. */
const look = seconds(0.1);

async function drain(server: BunServer, grace: Milliseconds, clock: Clock): Promise<void> {
  const end = new AbortController();
  const done = server.stop().finally(() => end.abort());
  // Browsers open connections ahead, on which nothing was ever asked: Bun would wait for those as well.
  for (let [left, quiet] = [grace, 0]; left > 0 && quiet < 5 && !end.signal.aborted; left -= look) {
    quiet = server.pendingRequests === 0 ? quiet + 1 : 0;
    await clock.sleep(Math.min(look, left), end.signal);
  }
  await server.stop(true);
  await done;
}
