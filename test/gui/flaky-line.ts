/** A line to a server that can be cut and mended: bytes are passed on as they are, so TLS goes through it. */
import { connect, createServer, type Socket } from "node:net";

export interface Line {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openLine(to: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(to, "127.0.0.1");
    for (const it of [client, upstream]) {
      sockets.add(it);
      it.on("error", () => it.destroy());
      it.on("close", () => {
        sockets.delete(it);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    cut() {
      isCut = true;
      for (const it of sockets) it.destroy();
    },
    mend() {
      isCut = false;
    },
    async close() {
      isCut = true;
      for (const it of sockets) it.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
