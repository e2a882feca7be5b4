/** What every deployment of this agent works with: its directories, clock, journal and the machine. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { Step } from "#connectors/host.ts";
import type { BoundTarget } from "#connectors/targets/target.ts";
import { type Files, realFiles } from "./files.ts";
import type { Finishing } from "./finish.ts";
import { type Machine, type MachineHost, machineHost } from "./host.ts";
import { type Entry, type Journal, openJournal } from "./journal.ts";
import { defaultEnvironment } from "./process.ts";
import { recordSteps } from "./steps.ts";
import { beginTransaction } from "./transaction.ts";

export interface DeployerOptions {
  /** The agent's own directory (0700): the journal and copies of configurations. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** For commands; default: a usual PATH and LC_ALL=C. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** For one command; default 60 s. */
  readonly commandTimeout?: Milliseconds | undefined;
  /** If given, files are written below these directories only. */
  readonly directories?: readonly string[] | undefined;
  /** A test's way to stop the machine between two file operations. */
  readonly files?: Files | undefined;
}

export interface Workshop {
  readonly options: DeployerOptions;
  readonly machine: Machine;
  readonly journal: Journal;
  /** For copies of configurations; emptied at start. */
  readonly layouts: string;
}

export function openWorkshop(options: DeployerOptions): Workshop {
  const files = options.files ?? realFiles;
  const layouts = join(options.stateDirectory, "layouts");
  const journal = join(options.stateDirectory, "journal");
  for (const directory of [options.stateDirectory, layouts, journal]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
  return {
    options,
    layouts,
    journal: openJournal(files, journal),
    machine: {
      files,
      clock: options.clock,
      environment: options.environment ?? defaultEnvironment,
      commandTimeout: options.commandTimeout ?? seconds(60),
      directories: options.directories,
      busy: new Set(),
    },
  };
}

export interface Work extends Finishing {
  readonly host: MachineHost;
}

/** A transaction with a host around it, for a deployment that begins or one that is taken up again. */
export function openWork(
  workshop: Workshop,
  entry: Entry,
  bound: BoundTarget | undefined,
  manner: {
    readonly dryRun?: boolean;
    readonly alreadyServed?: boolean;
    readonly onStep?: ((step: Step) => void) | undefined;
  } = {},
): Work {
  const { machine, journal, options } = workshop;
  const steps = recordSteps(options.clock, manner.onStep);
  const transaction = beginTransaction(machine.files, journal, entry);
  const host = machineHost(machine, {
    steps,
    transaction,
    alreadyServed: manner.alreadyServed ?? false,
    dryRun: manner.dryRun ?? false,
  });
  return { machine, transaction, steps, host, bound, log: options.log };
}
