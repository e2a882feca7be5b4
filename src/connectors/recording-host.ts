/**
 * A host in memory that records what a connector would do and does nothing: the plan that a page shows, and the fake
 * of the connectors' tests. Secrets are not recorded, only that there is one.
 */
import { posix } from "node:path";
import type { Instant } from "#base/time.ts";
import { type Command, formatCommand } from "./command.ts";
import { ConnectorFailure } from "./failure.ts";
import type { FileToInstall, Host, Layout, Output, Step } from "./host.ts";

/** One effect a connector would have, in order. */
export type Recorded =
  | { readonly effect: "stage" | "exchange"; readonly paths: readonly string[] }
  | { readonly effect: "run"; readonly command: Command }
  | { readonly effect: "converse"; readonly socket: string; readonly request: string };

export interface RecordingOptions {
  readonly now: Instant;
  /** The machine's files by path. What the deployment stages is added at the exchange. */
  readonly files?: ReadonlyMap<string, string>;
  /** What a command writes; throw a `ConnectorFailure` for one that fails. */
  readonly onRun?: (command: Command) => Output;
  readonly onConverse?: (socket: string, request: string) => string;
  readonly upToDate?: boolean;
}

export interface RecordingHost extends Host {
  readonly effects: readonly Recorded[];
  readonly steps: readonly Step[];
  /** What would be installed; the content of a key reads `[secret]`. */
  readonly installed: readonly (Omit<FileToInstall, "content"> & { readonly content: string })[];
  readonly layouts: readonly Layout[];
  /** The files after all that was done. */
  readonly files: ReadonlyMap<string, string>;
}

export function recordingHost(options: RecordingOptions): RecordingHost {
  const effects: Recorded[] = [];
  const steps: Step[] = [];
  const layouts: Layout[] = [];
  const files = new Map(options.files);
  let staged: readonly FileToInstall[] = [];
  const record = (step: Omit<Step, "startedAt" | "finishedAt">) =>
    steps.push({ ...step, startedAt: options.now, finishedAt: options.now });
  return {
    effects,
    steps,
    layouts,
    files,
    layoutDirectory: "/layout",
    get installed() {
      return staged.map((file) => ({ ...file, content: String(file.content) }));
    },
    async stage(wanted) {
      staged = wanted;
      const paths = wanted.map((file) => file.path);
      effects.push({ effect: "stage", paths });
      record({ name: "stage", outcome: "done", detail: paths.join(", ") });
      return {
        upToDate: options.upToDate ?? false,
        paths: new Map(paths.map((path) => [path, `${path}.staged`])),
        async exchange() {
          for (const file of wanted) files.set(file.path, String(file.content));
          effects.push({ effect: "exchange", paths });
          record({ name: "exchange", outcome: "done" });
        },
      };
    },
    async run(command) {
      effects.push({ effect: "run", command });
      return options.onRun?.(command) ?? { stdout: "", stderr: "" };
    },
    read: async (path) => files.get(path),
    list: async (directory) => listIn(files, directory),
    async converse(socket, request) {
      effects.push({ effect: "converse", socket, request });
      if (options.onConverse !== undefined) return options.onConverse(socket, request);
      throw new ConnectorFailure(`there is no socket ${socket}`, {
        stage: "connect",
        retryable: true,
      });
    },
    async layOut(layout) {
      layouts.push(layout);
    },
    async probe(endpoint) {
      throw new ConnectorFailure(`nothing listens at ${endpoint.host}:${endpoint.port}`, {
        stage: "verify",
        retryable: true,
      });
    },
    async step(name, run) {
      const result = await run();
      if (typeof result === "object") record({ name, outcome: "warning", detail: result.warning });
      else record({ name, outcome: "done", detail: result });
    },
  };
}

/** The plan as sentences, for people. */
export function describeEffects(effects: readonly Recorded[]): readonly string[] {
  return effects.map((it) => {
    if (it.effect === "run") return `run ${formatCommand(it.command)}`;
    if (it.effect === "converse") return `send "${it.request.split("\n")[0]}" to ${it.socket}`;
    return `${it.effect} ${it.paths.join(", ")}`;
  });
}

function listIn(files: ReadonlyMap<string, string>, directory: string) {
  const prefix = directory === "/" ? "/" : `${posix.normalize(directory)}/`;
  const names = [...files.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split("/")[0] ?? "");
  return names.length === 0 ? undefined : [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
}
