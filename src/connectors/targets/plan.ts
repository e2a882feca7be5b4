/** What an agent will do with a certificate at a file-based target, in sentences, from its configuration alone. */
import { type Command, formatCommand } from "../command.ts";
import { findInvocation } from "./program.ts";
import type { Judgement } from "./target.ts";

export interface PlanSubject {
  /** `the certificate with its chain to /etc/tls/a.pem`. */
  readonly files: readonly string[];
  /** Undefined: there is none, or only the agent can know it. */
  readonly test: Command | undefined;
  /** Names of the service's program: a test that runs one of them sees a copy, before anything changes. */
  readonly programs: readonly string[];
  /** What is said where no test command is configured. */
  readonly otherwise?: string;
  /** How the service takes the files over. */
  readonly activation: string;
  readonly judgement: Judgement;
}

export function planOf(it: PlanSubject): readonly string[] {
  const before = it.test !== undefined && findInvocation(it.test, it.programs) !== undefined;
  const command = it.test === undefined ? "" : formatCommand(it.test);
  return [
    `Write ${it.files.join(", ")}: beside the present files, which stay as they are.`,
    ...(before
      ? [`Test a copy of the service's configuration that names the new files: ${command}`]
      : []),
    ...(it.test === undefined && it.otherwise !== undefined ? [it.otherwise] : []),
    "Exchange all files at one moment, with a journal that can undo it after a crash.",
    ...(it.test !== undefined && !before ? [`Run ${command} with the new files in place.`] : []),
    it.activation,
    lookOf(it.judgement),
    "Whenever a step fails, put the old files back and load them again.",
  ];
}

function lookOf({ endpoints, patience, onUnseen }: Judgement): string {
  const [endpoint] = endpoints;
  if (!endpoint)
    return "Look at nothing, since no endpoint is named: it is then called installed, not seen.";
  const place = `${endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
  const unseen =
    onUnseen === "rollback"
      ? "Not seen, it is rolled back."
      : "Not seen, it is rolled back where the old one had been seen, and else kept and said.";
  return `Look at ${place} until the new certificate is served, for ${Math.ceil(patience / 1_000)} seconds at most. ${unseen}`;
}
