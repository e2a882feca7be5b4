/**
 * The socket of a PostgreSQL connection. `postgres` takes all listeners from a socket that closed, and Bun may report the
 * reset only after that (measured: a restarted server ended our process in one of some ten runs); the reset is known by
 * then, so one listener stays that wants nothing.
 */
import { Socket } from "node:net";

/** What `postgres` hands to its `socket` option. */
export interface Address {
  readonly host: string | readonly string[];
  readonly port: number | readonly number[];
  readonly path?: string | boolean | undefined;
}

class QuietSocket extends Socket {
  /** `postgres` asks for it as the TLS server name. */
  host: string | undefined;

  override removeAllListeners(event?: string | symbol): this {
    super.removeAllListeners(event);
    this.on("error", () => undefined);
    return this;
  }
}

/** Makes sockets, to one host after the other. They are still connecting: what is written waits, what fails is an event. */
export function socketMaker(): (to: Address) => Socket {
  let made = 0;
  return ({ host, port, path }) => {
    const socket = new QuietSocket();
    if (typeof path === "string") return socket.connect(path);
    const hosts = [host].flat();
    const ports = [port].flat();
    const index = made++ % hosts.length;
    socket.host = hosts[index];
    return socket.connect(ports[index] ?? ports[0] ?? 5_432, socket.host ?? "localhost");
  };
}
