/** The real machine as a deployment connector sees it (`#connectors/host.ts`), for one deployment. */
import { join } from "node:path";
import type { Clock, Milliseconds } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Host, Layout, Staged } from "#connectors/host.ts";
import { leafIn } from "./bundle.ts";
import { codeOf, type Files } from "./files.ts";
import { type PlannedFile, planFiles } from "./plan.ts";
import { probe } from "./probe.ts";
import { runCommand } from "./process.ts";
import { converse } from "./socket.ts";
import type { StepRecorder } from "./steps.ts";
import type { Transaction } from "./transaction.ts";

export interface Machine {
  readonly files: Files;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string>>;
  /** For one command or one conversation. */
  readonly commandTimeout: Milliseconds;
  /** If given, files are written in these directories only. */
  readonly directories?: readonly string[] | undefined;
  /** Destinations that a deployment of this process is working on. */
  readonly busy: Set<string>;
}

export interface Deployment {
  readonly steps: StepRecorder;
  readonly transaction: Transaction;
  /** Is the expected leaf seen at every endpoint already? True also where there is none to look at. */
  readonly alreadyServed: boolean;
  /** Ends the deployment in place of the exchange. */
  readonly dryRun: boolean;
}

/** Thrown at the exchange of a dry run; nothing behind it is done. */
export class DryRunEnds extends Error {}

export interface MachineHost extends Host {
  /** What `stage` found out. */
  readonly planned: readonly PlannedFile[];
  /** Lets other deployments at the destinations. */
  release(): void;
}

export function machineHost(machine: Machine, deployment: Deployment): MachineHost {
  const { files, clock, environment, commandTimeout: timeout } = machine;
  const { steps, transaction } = deployment;
  let planned: readonly PlannedFile[] = [];
  const layoutDirectory = transaction.entry.layout;
  return {
    layoutDirectory,
    get planned() {
      return planned;
    },
    release() {
      for (const file of planned) machine.busy.delete(file.path);
    },
    async stage(wanted) {
      await steps.step("stage", async () => {
        const plan = onDisk("stage", () => planFiles(files, wanted, machine.directories));
        claim(machine, plan);
        planned = plan;
        onDisk("stage", () => {
          const [first] = plan;
          const leaf = first === undefined ? undefined : files.read(first.path);
          const changes = plan.filter((it) => it.change !== "unchanged");
          transaction.stage(changes, leafIn(Buffer.from(leaf ?? "").toString()));
        });
        return describePlan(plan);
      });
      return stagedFiles(deployment, planned);
    },
    run: (command, signal) => runCommand(command, { clock, timeout, environment, signal }),
    async read(path) {
      const content = onDisk("read", () => files.read(path));
      return content === undefined ? undefined : Buffer.from(content).toString();
    },
    list: async (directory) => onDisk("read", () => files.list(directory)),
    converse: (socket, request, signal) => converse(socket, request, { clock, timeout, signal }),
    layOut: async (layout) => onDisk("validate", () => layOut(files, layoutDirectory, layout)),
    probe: (endpoint, serverName, signal) => probe(endpoint, serverName, { clock, signal }),
    step: steps.step,
  };
}

/** Two targets that name the same file wait for nothing: the second is told to come again. */
function claim(machine: Machine, plan: readonly PlannedFile[]): void {
  const taken = plan.find((file) => machine.busy.has(file.path));
  if (taken !== undefined) {
    throw new ConnectorFailure(`another deployment is writing ${taken.name}`, {
      stage: "stage",
      retryable: true,
    });
  }
  for (const file of plan) machine.busy.add(file.path);
}

function stagedFiles(deployment: Deployment, planned: readonly PlannedFile[]): Staged {
  const { transaction, steps } = deployment;
  const { entry } = transaction;
  const changed = new Map(entry.files.map((file) => [file.path, file.staged]));
  const pairs = planned.flatMap((file): [string, string][] => {
    const staged = changed.get(file.path) ?? file.path;
    return [
      [file.name, staged],
      [file.path, staged],
    ];
  });
  return {
    upToDate: changed.size === 0 && deployment.alreadyServed,
    paths: new Map(pairs),
    async exchange() {
      if (deployment.dryRun) throw new DryRunEnds("dry run");
      if (changed.size === 0) return;
      await steps.step("exchange", async () => {
        onDisk("exchange", () => transaction.exchange());
        return `${changed.size} ${changed.size === 1 ? "file" : "files"} in place`;
      });
    },
  };
}

function describePlan(plan: readonly PlannedFile[]) {
  const detail = plan.map((file) => `${file.name}: ${file.change}`).join(", ");
  const warnings = plan.flatMap((file) => file.warning ?? []);
  return warnings.length === 0 ? detail : { warning: [detail, ...warnings].join("; ") };
}

function layOut(files: Files, directory: string, layout: Layout): void {
  if (files.lstat(directory) === undefined) files.makeDirectory(directory, 0o700);
  const made = new Set<string>();
  const ensureParent = (name: string) => {
    const parent = name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
    if (parent === "" || made.has(parent)) return;
    made.add(parent);
    files.makeDirectory(join(directory, parent), 0o700);
  };
  for (const [name, target] of layout.links) {
    ensureParent(name);
    files.symlink(target, join(directory, name));
  }
  for (const [name, text] of layout.files) {
    ensureParent(name);
    files.create(join(directory, name), text, { mode: 0o600 });
  }
}

/** What the operating system refuses, as a failure that says so; trying again may help where room or rest was missing. */
export function onDisk<T>(stage: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "" || !(cause instanceof Error)) throw cause;
    const retryable = ["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE", "EBUSY"].includes(code);
    throw new ConnectorFailure(cause.message, { stage, retryable, cause });
  }
}
