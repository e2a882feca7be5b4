/**
 * A small HTTP/1.1 client on one kept TLS connection: it costs a tenth of `fetch`, so that the measured server and not
 * the measuring client fills the machine. Answers need a Content-Length; anything else ends the connection.
 */
import type { Socket } from "bun";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
  /** A person's session, in place of the token. */
  readonly cookie?: string;
}

export interface Wire {
  /** One at a time. */
  send(method: string, path: string, body?: string): Promise<Answer>;
  close(): void;
}

const headEnd = Buffer.from("\r\n\r\n");
const decoder = new TextDecoder();

/** Connects and finishes the handshake. */
export async function openWire(at: Endpoint): Promise<Wire> {
  const connection = new Connection(at);
  await connection.open();
  return connection;
}

class Connection implements Wire {
  readonly #at: Endpoint;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #unsent: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Answer> | undefined;
  #failure: Error | undefined;

  constructor(at: Endpoint) {
    this.#at = at;
  }

  async open(): Promise<void> {
    const { host, port, ca } = this.#at;
    const ready = Promise.withResolvers<void>();
    this.#socket = await Bun.connect({
      hostname: host,
      port,
      tls: { ca, rejectUnauthorized: true },
      socket: {
        handshake: (_, ok, error) =>
          ok ? ready.resolve() : ready.reject(error ?? new Error("no TLS")),
        data: (_, chunk) => this.#receive(chunk),
        drain: () => this.#flush(),
        close: () => this.#fail(new Error("the server closed the connection")),
        error: (_, error) => this.#fail(error),
      },
    });
    await ready.promise;
  }

  send(method: string, path: string, body?: string): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { host, port, token, cookie } = this.#at;
    const credential =
      cookie === undefined ? `authorization: Bearer ${token}` : `cookie: ${cookie}`;
    const content =
      body === undefined
        ? ""
        : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${credential}\r\n${content}\r\n`;
    this.#waiting = Promise.withResolvers<Answer>();
    this.#unsent = Buffer.from(head + (body ?? ""));
    this.#flush();
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket?.end();
  }

  #flush(): void {
    if (this.#unsent.length === 0) return;
    const written = this.#socket?.write(this.#unsent) ?? 0;
    this.#unsent = this.#unsent.subarray(Math.max(written, 0));
  }

  #receive(chunk: Buffer): void {
    // The chunk is the socket's buffer, overwritten by the next one.
    this.#received = Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = decoder.decode(this.#received.subarray(0, end));
    const status = Number(head.slice(9, 12));
    const length =
      status === 204 ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? "NaN");
    if (Number.isNaN(length)) {
      this.#fail(new Error(`an answer without length: ${head}`));
      return;
    }
    const total = end + headEnd.length + length;
    if (this.#received.length < total) return;
    const body = this.#received.subarray(end + headEnd.length, total);
    this.#received = this.#received.subarray(total);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, body });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#socket?.end();
  }
}
