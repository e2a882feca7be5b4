/**
 * The door that asks for client certificates: a node:tls server that hands its sockets to a node:http server, because
 * Bun.serve hides the peer's certificate. It takes any certificate and none: what it is worth is judged by whoever reads
 * it. node's own time-outs are not enforced here (measured), hence the guards.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { Door } from "./door.ts";
import { cannotListen, type DoorOptions, type OpenDoor, type Tls } from "./listeners.ts";

const handshake = seconds(10);
const idle = seconds(60);
const body = seconds(60);

interface Guard {
  /** Destroys the socket after `limit`, unless another guard takes its place. */
  set(limit: Milliseconds): void;
  clear(): void;
}

export async function openMtlsDoor(options: DoorOptions, tls: Tls): Promise<OpenDoor> {
  const guards = new WeakMap<TLSSocket, Guard>();
  const listener = getRequestListener(
    (request, bindings) =>
      options.app.fetch(request, { door: doorOf(bindings as HttpBindings, guards) }),
    // Replacing the global Response would break every Bun.serve of this process (measured).
    { overrideGlobalObjects: false },
  );
  // Connections between two requests: closing the servers leaves them open (measured), so a stop ends them.
  const resting = new Set<TLSSocket>();
  let stopping = false;
  const rest = (socket: TLSSocket) => {
    if (stopping) socket.end();
    else resting.add(socket);
  };
  const inner = createServer((request, response) => {
    // Every socket here is one of the outer server's.
    const socket = request.socket as TLSSocket;
    resting.delete(socket);
    response.once("close", () => rest(socket));
    serve(request, response, guards, listener);
  });
  const outer = createTlsServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] },
    (socket) => {
      // Bun hands over the same object as for the raw connection (measured), so its guard goes on.
      guardFor(socket, options.clock, guards).set(idle);
      rest(socket);
      socket.on("close", () => resting.delete(socket));
      socket.on("error", () => socket.destroy());
      inner.emit("connection", socket);
    },
  );
  outer.on("tlsClientError", (_, socket) => socket.destroy());
  outer.on("connection", (socket: TLSSocket) => {
    guardFor(socket, options.clock, guards).set(handshake);
  });
  await new Promise<void>((resolve, reject) => {
    outer.once("error", (error) => reject(cannotListen(options.host, options.port, error)));
    outer.listen(options.port, options.host, () => resolve());
  });
  const address = outer.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    async replaceCertificate(next) {
      outer.setSecureContext({ ...next });
    },
    async stop(grace) {
      const closed = new Promise<void>((resolve) => outer.close(() => resolve()));
      inner.close();
      stopping = true;
      for (const socket of resting) socket.end();
      await Promise.race([closed, options.clock.sleep(grace)]);
      inner.closeAllConnections();
    },
  };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  guards: WeakMap<TLSSocket, Guard>,
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): void {
  // Every socket here is one of the outer server's.
  const guard = guards.get(request.socket as TLSSocket);
  guard?.set(body);
  request.once("end", () => guard?.clear());
  response.once("close", () => guard?.set(idle));
  listener(request, response);
}

function doorOf(bindings: HttpBindings, guards: WeakMap<TLSSocket, Guard>): Door {
  const socket = bindings.incoming.socket as TLSSocket;
  return {
    name: "mtls",
    peer: socket.remoteAddress ?? null,
    extend: (limit) => guards.get(socket)?.set(limit),
  };
}

function guardFor(socket: TLSSocket, clock: Clock, guards: WeakMap<TLSSocket, Guard>): Guard {
  const known = guards.get(socket);
  if (known) return known;
  let current = new AbortController();
  const guard: Guard = {
    set(limit) {
      current.abort();
      const mine = new AbortController();
      current = mine;
      void clock.sleep(limit, mine.signal).then(() => {
        if (!mine.signal.aborted) socket.destroy();
      });
    },
    clear: () => current.abort(),
  };
  guards.set(socket, guard);
  socket.on("close", () => guard.clear());
  return guard;
}
