/**
 * The doors: HTTPS and plain HTTP on Bun.serve. Bun cannot swap a certificate in place, so a new one starts a second
 * server on the same port (reusePort) and the first is stopped once it has drained.
 */
import type { Log } from "#base/log.ts";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { App } from "./app.ts";
import type { Door } from "./door.ts";

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

export interface DoorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly app: App;
  readonly maxBody: number;
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
  let server = start(name, options, tls, options.port);
  const port = server.port ?? options.port;
  return {
    port,
    async replaceCertificate(next) {
      const old = server;
      server = start(name, options, next, port);
      // Long polls and streams on the old one end within their own time; what is left then is cut.
      await drain(old, seconds(35), options.clock);
    },
    stop: (grace) => drain(server, grace, options.clock),
  };
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
    reusePort: port !== 0,
    idleTimeout: idleSeconds,
    // Refuses while reading; the app says 413 with a problem for what declares its size.
    maxRequestBodySize: options.maxBody + 1_024,
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

async function drain(server: BunServer, grace: Milliseconds, clock: Clock): Promise<void> {
  const done = server.stop();
  await Promise.race([done, clock.sleep(grace)]);
  await server.stop(true);
}
