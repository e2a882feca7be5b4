/** Runs a service's own test against a copy of its configuration that reads the staged files. */
import { type Command, formatCommand } from "../command.ts";
import { ConnectorFailure } from "../failure.ts";
import type { Host, Staged, StepResult } from "../host.ts";
import { type ConfigurationCopy, nameOriginals } from "./rewrite.ts";

/** The command reads the copy in the host's layout directory. The failure speaks of the originals, not of the copy. */
export async function runStagedTest(
  host: Host,
  test: {
    readonly staged: Staged;
    readonly copy: ConfigurationCopy;
    readonly command: Command;
    readonly destination: string;
  },
  signal: AbortSignal,
): Promise<StepResult> {
  const { staged, copy, command } = test;
  await host.layOut(copy);
  try {
    await host.run(command, signal);
  } catch (cause) {
    if (!(cause instanceof ConnectorFailure)) throw cause;
    throw new ConnectorFailure(
      nameOriginals(cause.detail, host.layoutDirectory, copy, staged.paths),
      {
        stage: "validate",
        retryable: cause.retryable,
        cause,
      },
    );
  }
  if (copy.mentions > 0) return "the configuration passes with the staged files";
  return {
    warning: `the configuration passes, but does not mention ${test.destination}: what was tested does not read the new certificate`,
  };
}

/** The test of the live configuration, for commands that cannot be pointed at a copy: after the exchange, before the reload. */
export async function runLiveTest(
  host: Host,
  command: Command,
  signal: AbortSignal,
): Promise<StepResult> {
  await host.run(command, signal);
  return `${formatCommand(command)}: passed with the new files in place`;
}
