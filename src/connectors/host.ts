/**
 * The machine as a deployment connector sees it: files, commands, sockets and TLS endpoints, and nothing else.
 * The agent implements it on the real machine, `recording-host.ts` in memory.
 */
import type { Secret } from "#base/secret.ts";
import type { Instant, Milliseconds } from "#base/time.ts";
import type { Command } from "./command.ts";

/** What a file is for; a key and a bundle with a key are secret. */
export type FileRole = "certificate" | "chain" | "key" | "bundle";

/**
 * A file as it shall be. Mode, owner and group: what is said here wins, then what an existing file has, then
 * `defaultMode` and the agent's own user. The first file of a deployment holds the leaf certificate.
 */
export interface FileToInstall {
  /** Absolute and without `..`. */
  readonly path: string;
  readonly role: FileRole;
  readonly content: string | Secret;
  readonly mode?: number | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly defaultMode: number;
}

/** New files beside the old ones; no service reads them yet. */
export interface Staged {
  /** Every file is what it shall be and the expected leaf is served already: there is nothing to do. */
  readonly upToDate: boolean;
  /** Where the new content of each destination can be read before the exchange, by destination. */
  readonly paths: ReadonlyMap<string, string>;
  /**
   * Puts all new files in place of the old ones. Journalled: if the deployment fails later, or the machine stops,
   * the old files come back. At no moment does the disk hold a mixture of old and new.
   */
  exchange(): Promise<void>;
}

/** What a command that ended with status 0 wrote, each stream bounded to its last 64 KiB. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The name for SNI; without it the host if the certificate covers it, else the certificate's first name. */
  readonly serverName?: string | undefined;
  /** For one handshake. */
  readonly timeout: Milliseconds;
}

/** What a TLS endpoint presented. */
export interface Seen {
  /** `host:port`. */
  readonly endpoint: string;
  /** SHA-256 of the leaf, lower-case hex. */
  readonly fingerprint: string;
  /** SHA-256 of every certificate that was sent, the leaf first. */
  readonly chain: readonly string[];
  /** Such as `TLSv1.3`. */
  readonly tlsVersion: string;
  readonly at: Instant;
}

export const stepNames = [
  "stage",
  "unchanged",
  "validate",
  "exchange",
  "reload",
  "verify",
  "rollback",
] as const;
export type StepName = (typeof stepNames)[number];

/** One step of a deployment, as the job shows it. */
export interface Step {
  readonly name: StepName;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly outcome: "done" | "warning" | "failed";
  /** What was done, what is worth a warning, or why it failed. */
  readonly detail?: string | undefined;
}

/** What a step has to say; a bare string is a detail of a step that is done. */
export type StepResult = string | { readonly warning: string } | undefined;

/** Files and links to lay out in a private directory, by name below it. */
export interface Layout {
  readonly files: ReadonlyMap<string, string>;
  /** Name below the directory to the absolute path it points at. */
  readonly links: ReadonlyMap<string, string>;
}

export interface Host {
  stage(files: readonly FileToInstall[]): Promise<Staged>;
  /** Runs without a shell, in a process group of its own; anything but status 0 is a `ConnectorFailure`. */
  run(command: Command, signal: AbortSignal): Promise<Output>;
  /** The text of a file; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** The names in a directory, sorted; undefined when it is none. */
  list(directory: string): Promise<readonly string[] | undefined>;
  /** Sends a request to a Unix socket and gives the answer until the peer closes (bounded). */
  converse(socket: string, request: string, signal: AbortSignal): Promise<string>;
  /** A directory that only the agent can read, removed after the deployment; it exists once something is laid out. */
  readonly layoutDirectory: string;
  /** Lays out copies of a configuration below `layoutDirectory`. */
  layOut(layout: Layout): Promise<void>;
  probe(endpoint: Endpoint, serverName: string | undefined, signal: AbortSignal): Promise<Seen>;
  /** Does `run` as a step with times and outcome; a failure is recorded and flies on. */
  step(name: StepName, run: () => Promise<StepResult>): Promise<void>;
}
