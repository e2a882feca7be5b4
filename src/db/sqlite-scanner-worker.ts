/** Entry point of the Worker that runs long reads and checkpoints with connections of its own. It cannot write a row. */
import { SqliteConnection } from "./sqlite-connection.ts";
import { sqliteCode } from "./sqlite-failure.ts";
import type { ScannerAnswer, ScannerRequest } from "./sqlite-scanner-protocol.ts";

declare const self: Worker;

let connections: { reader: SqliteConnection; checkpointer: SqliteConnection } | undefined;

function open(path: string): readonly unknown[] {
  // The checkpointer first: a log that a crash left behind can only be recovered by a connection that may write.
  const checkpointer = new SqliteConnection({ path, use: "checkpoint" });
  connections = { checkpointer, reader: new SqliteConnection({ path, use: "read" }) };
  return [];
}

function close(): readonly unknown[] {
  connections?.reader.close();
  connections?.checkpointer.close();
  connections = undefined;
  return [];
}

function answer(request: ScannerRequest): readonly unknown[] {
  if (request.kind === "open") return open(request.path);
  if (request.kind === "close") return close();
  if (connections === undefined) throw new Error("the scanner is not open");
  if (request.kind === "checkpoint") {
    return connections.checkpointer.run("PRAGMA wal_checkpoint(PASSIVE)").rows;
  }
  return connections.reader.run(request.sql, request.parameters).rows;
}

self.onmessage = ({ data: request }: MessageEvent<ScannerRequest>) => {
  self.postMessage(settle(request));
};

function settle(request: ScannerRequest): ScannerAnswer {
  try {
    return { id: request.id, rows: answer(request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id: request.id, failure: { message, code: sqliteCode(error) } };
  }
}
