/** A conversation with a Unix socket: one request, the answer until the peer closes, bounded in time and size. */
import { connect } from "node:net";
import type { Clock, Milliseconds } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";

const maximumAnswer = 4 * 1024 * 1024;

export async function converse(
  path: string,
  request: string,
  options: {
    readonly clock: Clock;
    readonly timeout: Milliseconds;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const ended = new AbortController();
  const limit = AbortSignal.any([options.signal, ended.signal]);
  try {
    return await Promise.race([
      talk(path, request, ended.signal),
      options.clock.sleep(options.timeout, limit).then((): never => {
        throw failure(path, `no answer within ${options.timeout / 1_000} seconds`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}

function talk(path: string, request: string, ended: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(path, () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maximumAnswer) {
        socket.destroy();
        reject(failure(path, "the answer is too long"));
      }
    });
    socket.once("end", () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString());
    });
    socket.once("error", (cause) => reject(failure(path, cause.message, cause)));
    ended.addEventListener("abort", () => socket.destroy());
  });
}

function failure(path: string, reason: string, cause?: unknown): ConnectorFailure {
  return new ConnectorFailure(`cannot talk to ${path}: ${reason}`, {
    stage: "connect",
    retryable: true,
    cause,
  });
}
